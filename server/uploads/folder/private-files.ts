import { link, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../failure.ts';
import { clearNowOrLater } from './clear-later.ts';
import { stagedName } from './staged-name.ts';
import { unlinkIfThere } from './unlink-if-there.ts';

/** Small files that only this user can read, shared by all processes that use the same folder. */
export interface PrivateFiles {
  /** Absolute path of the folder that they lie in. */
  readonly folder: string;
  /** Null when it is not there or cannot be read. */
  read(name: string): Promise<Buffer | null>;
  /**
   * Writes it, unless another process was faster.
   * @param isWorth looks at what another process wrote; what it is not true of is replaced
   * @returns what is there now; what was given, when it cannot be kept
   */
  keep(name: string, bytes: Buffer, isWorth: (found: Buffer) => boolean): Promise<Buffer>;
}

export function createPrivateFiles(folder: string): PrivateFiles {
  // Missing, or not to be read now: then what is made in its place holds for this run.
  const read = (name: string): Promise<Buffer | null> => readFile(join(folder, name)).catch(() => null);

  return {
    folder, read,
    async keep(name, bytes, isWorth) {
      const path = join(folder, name);
      // Whole before it has its name, because another process may be about to read it; and what a kill leaves of it is swept.
      const beside = join(folder, stagedName());
      try {
        // Not flushed: what a power cut leaves of it is not worth keeping, and is made anew.
        await writeFile(beside, bytes, { flag: 'wx', mode: 0o600 });
        const found = await read(name);
        if (found !== null && !isWorth(found)) await unlinkIfThere(path);
        await nameOnce(beside, path);
      } catch {
        // No room for it, or no right: it holds for this process and this run.
        return bytes;
      } finally {
        await clearNowOrLater(() => unlinkIfThere(beside));
      }
      const kept = await read(name);
      return kept !== null && isWorth(kept) ? kept : bytes;
    },
  };
}

/** The first one stays. */
async function nameOnce(beside: string, path: string): Promise<void> {
  try {
    await link(beside, path);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return;
    // Without hard links, as on FAT, the last one stays, which matters only to two that start for the first time at once.
    await rename(beside, path);
  }
}
