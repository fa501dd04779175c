import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlinkIfThere } from '../folder/unlink-if-there.ts';
import { readStagedNames } from './staged-names.ts';
import { lockIfFree } from './upload-lock.ts';

/** Endings of what only a holder of the lock makes, and removes again before it lets go. */
const PASSING = ['json.new', 'lock.wanted', 'lock.clearing'];

/**
 * Clears what killed processes left of uploads that nobody can go on with: a description without bytes, a file for bytes that never
 * came, a description half written, locks of the dead. What somebody is at is left alone, and so are bytes, also without a
 * description.
 * @returns whether there was no half of one that somebody is at, or that the disk does not let go
 */
export async function clearRemains(staging: string): Promise<{ readonly isAllClear: boolean }> {
  let isAllClear = true;
  for (const [key, found] of await readStagedNames(staging)) {
    const isPair = found.has('part') && found.has('json');
    if (isPair && found.size === 2) continue;
    const lock = await lockIfFree(join(staging, `${key}.lock`));
    if (lock === null) {
      isAllClear &&= isPair;
      continue;
    }
    try {
      await clear(staging, key);
    } catch {
      // It cannot be looked at or removed now: it is as if somebody were at it, and the others have their turn all the same.
      isAllClear = false;
    } finally {
      await lock.release();
    }
  }
  return { isAllClear };
}

/** Looks again: before the lock was ours, somebody may have made a pair of it. */
async function clear(staging: string, key: string): Promise<void> {
  const found = (await readStagedNames(staging)).get(key);
  const [part, json] = [found?.get('part'), found?.get('json')];
  if (part === undefined && json !== undefined) await unlinkIfThere(json);
  if (json === undefined && part !== undefined && (await stat(part)).size === 0) await unlinkIfThere(part);
  for (const ending of PASSING) {
    const path = found?.get(ending);
    if (path !== undefined) await unlinkIfThere(path);
  }
}
