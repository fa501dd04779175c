import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** True when the person who runs the tests said to do without this program: `SLIPWAY_SKIP=redis-server,strace`. */
export function isSkipped(tool: string): boolean {
  return (process.env['SLIPWAY_SKIP'] ?? '').split(/[\s,]+/).includes(tool);
}

/**
 * Absolute path of a program the tests need.
 * @throws Error with one sentence that says what is missing and what to do
 */
export function findTool(tool: string): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const found = folders.filter((folder) => folder !== '').map((folder) => join(folder, tool)).find(isExecutable);
  if (found === undefined) {
    throw new Error(`The program "${tool}" is missing: install it, or leave its tests out with SLIPWAY_SKIP=${tool}.`);
  }
  return found;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: the next folder may have it.
    return false;
  }
}
