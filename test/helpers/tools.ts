import { findOnPath } from '../../build/find-on-path.mjs';

/** True when the person who runs the tests said to do without this program: `SLIPWAY_SKIP=redis-server,strace`. */
export function isSkipped(tool: string): boolean {
  return (process.env['SLIPWAY_SKIP'] ?? '').split(/[\s,]+/).includes(tool);
}

/**
 * Absolute path of a program the tests need.
 * @throws Error with one sentence that says what is missing and what to do
 */
export function findTool(tool: string): string {
  const found = findOnPath(tool);
  if (found === null) {
    throw new Error(`The program "${tool}" is missing: install it, or leave its tests out with SLIPWAY_SKIP=${tool}.`);
  }
  return found;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
