import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readStagedNames } from './staged-names.ts';

/**
 * Removes what nobody has touched for longer than uploads are kept: their halves, single or not, locks of the dead, and what was put
 * aside. An upload that is under way is touched all the time, at least at its lock.
 * @param aside folder inside staging for what was damaged
 * @param isWhole true of an upload whose bytes are all there: such a one is never given up
 */
export async function sweepLeftovers(staging: string, aside: string, keepMs: number, isWhole: (infoPath: string, partPath: string) => Promise<boolean>): Promise<void> {
  const groups = await readStagedNames(staging);
  // There is none as long as nothing was damaged.
  const damaged = await readdir(join(staging, aside)).catch((): string[] => []);
  const removeIfOld = async (paths: readonly string[], isKept = async (): Promise<boolean> => false): Promise<void> => {
    if (Date.now() - (await lastTouchedMs(paths)) <= keepMs || (await isKept())) return;
    for (const path of paths) await rm(path, { force: true });
  };
  for (const group of groups.values()) {
    const [json, part] = [group.get('json'), group.get('part')];
    await removeIfOld([...group.values()], async () => json !== undefined && part !== undefined && isWhole(json, part));
  }
  for (const name of damaged) await removeIfOld([join(staging, aside, name)]);
}

/** What is gone by now does not count. */
async function lastTouchedMs(paths: readonly string[]): Promise<number> {
  const times = await Promise.all(paths.map((path) => stat(path).then(({ mtimeMs }) => mtimeMs, () => 0)));
  return Math.max(...times);
}
