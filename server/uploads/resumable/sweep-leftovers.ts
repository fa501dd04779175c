import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing } from '../../failure.ts';
import { readStagedNames } from './staged-names.ts';

/**
 * Removes what nobody has touched for longer than uploads are kept: their halves, single or not, locks of the dead, and what was put
 * aside. An upload that is under way is touched all the time, at least at its lock. What cannot be looked at stays.
 * @param aside folder inside staging for what was damaged
 * @param isWhole true of an upload whose bytes are all there: such a one is never given up
 */
export async function sweepLeftovers(staging: string, aside: string, keepMs: number, isWhole: (infoPath: string, partPath: string) => Promise<boolean>): Promise<void> {
  const groups = await readStagedNames(staging);
  // There is none as long as nothing was damaged.
  const damaged = await readdir(join(staging, aside)).catch((): string[] => []);
  const removeIfOld = async (paths: readonly string[], isKept = async (): Promise<boolean> => false): Promise<void> => {
    const touchedMs = await lastTouchedMs(paths);
    if (touchedMs === null || Date.now() - touchedMs <= keepMs || (await isKept())) return;
    for (const path of paths) await rm(path, { force: true });
  };
  for (const group of groups.values()) {
    const [json, part] = [group.get('json'), group.get('part')];
    await removeIfOld([...group.values()], async () => json !== undefined && part !== undefined && isWhole(json, part));
  }
  for (const name of damaged) await removeIfOld([join(staging, aside, name)]);
}

/** Null when nothing is left of them, or one of them cannot be looked at: it may have been touched just now. */
async function lastTouchedMs(paths: readonly string[]): Promise<number | null> {
  try {
    const found = (await Promise.all(paths.map((path) => stat(path).catch(ignoreMissing)))).filter((file) => file !== undefined);
    return found.length === 0 ? null : Math.max(...found.map(({ mtimeMs }) => mtimeMs));
  } catch {
    // A disk that fails says nothing about how old a file is; the next sweep looks again.
    return null;
  }
}
