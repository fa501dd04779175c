import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readStagedNames } from './staged-names.ts';

/**
 * Removes what nobody has touched for longer than uploads are kept: their halves, single or not, locks of the dead, and what was put
 * aside. An upload that is under way is touched all the time, at least at its lock.
 * @param aside folder inside staging for what was damaged
 */
export async function sweepLeftovers(staging: string, aside: string, keepMs: number): Promise<void> {
  const groups = await readStagedNames(staging);
  // There is none as long as nothing was damaged.
  const damaged = await readdir(join(staging, aside)).catch((): string[] => []);
  for (const paths of [...[...groups.values()].map((group) => [...group.values()]), ...damaged.map((name) => [join(staging, aside, name)])]) {
    if (Date.now() - (await lastTouchedMs(paths)) <= keepMs) continue;
    for (const path of paths) await rm(path, { force: true });
  }
}

/** What is gone by now does not count. */
async function lastTouchedMs(paths: readonly string[]): Promise<number> {
  const times = await Promise.all(paths.map((path) => stat(path).then(({ mtimeMs }) => mtimeMs, () => 0)));
  return Math.max(...times);
}
