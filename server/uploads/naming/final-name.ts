import { link, lstat, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ignoreMissing, systemErrorCode } from '../../failure.ts';
import { clearNowOrLater } from '../folder/clear-later.ts';
import { patiently } from './patiently.ts';
import { reserveAndRename } from './reserve-name.ts';
import { foldedName, numberedName } from './safe-name.ts';

/** File systems without hard links (FAT, exFAT, some network shares) answer with one of these. */
const NO_HARD_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL']);

/** Somebody has the file open and lets nobody at it. EPERM is none of them here: it says that there are no hard links. */
const BUSY: ReadonlySet<string> = new Set(['EBUSY', 'EACCES', 'ETXTBSY']);

/**
 * Picks `photo.jpg`, else `photo (1).jpg`, …
 * @param names folded, of what is known to be there; the picked one is added, so that several files may look for one side by side
 */
export function pickFreeName(wanted: string, names: Set<string>): string {
  for (let attempt = 0; ; attempt += 1) {
    const name = numberedName(wanted, attempt);
    const folded = foldedName(name);
    if (names.has(folded)) continue;
    names.add(folded);
    return name;
  }
}

/**
 * Gives a complete, durable file its final name without ever replacing another. A hard link fails with EEXIST where a rename
 * would overwrite (link(2), rename(2)), and the name appears with all its bytes.
 * @param first picked before; others are tried when there is something of that name that `names` did not know of
 * @param next told of each of those others before it is tried
 * @returns the name it got
 * @throws system errors; then the staged file is still in staging
 */
export async function moveToFreeName(
  staged: string,
  folder: string,
  { first, wanted, names, next }: { readonly first: string; readonly wanted: string; readonly names: Set<string>; readonly next: (name: string) => Promise<void> },
): Promise<string> {
  for (let name = first; ; ) {
    try {
      if (await moveIfFree(staged, join(folder, name))) return name;
    } catch (error) {
      names.delete(foldedName(name));
      throw error;
    }
    // One that we did not know of stays in `names`: it is there.
    name = pickFreeName(wanted, names);
    await next(name);
  }
}

/** False when the name is taken, be it by a file, a folder, a device or a link to nowhere. */
export async function moveIfFree(staged: string, final: string): Promise<boolean> {
  try {
    await patiently(() => link(staged, final), BUSY);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'EEXIST') return false;
    if (code !== undefined && NO_HARD_LINKS.has(code)) return reserveAndRename(staged, final);
    throw error;
  }
  // It has its name, and is whole: that another one of its is left in staging takes nothing of that away.
  const { ino } = await lstat(staged);
  await clearNowOrLater(() => unlinkSame(staged, ino));
  return true;
}

/** Removes this very file: by the time that it can be removed, another may have its name. */
async function unlinkSame(path: string, ino: number): Promise<void> {
  const found = await lstat(path).catch(ignoreMissing);
  // Its other name was given back meanwhile: this is its only one.
  if (found?.ino === ino && found.nlink > 1) await unlink(path);
}

/**
 * Moves a file back to where it was before it got its name, unless another has that name by now.
 * @returns whether it is back; else it stays in sight, whole
 */
export async function takeBack({ final, staged, inode }: { readonly final: string; readonly staged: string; readonly inode: string }): Promise<boolean> {
  try {
    if (!(await isNamed({ final, inode }))) return false;
    // It may still have its name in staging, to which a rename would do nothing (rename(2)).
    if ((await lstat(staged).catch(ignoreMissing)) !== undefined) await unlink(final);
    else await rename(final, staged);
    return true;
  } catch {
    // The same broken disk.
    return false;
  }
}

/** Whether this very file has that name. @throws system errors */
export async function isNamed({ final, inode }: { readonly final: string; readonly inode: string }): Promise<boolean> {
  const found = await lstat(final, { bigint: true }).catch(ignoreMissing);
  return found !== undefined && String(found.ino) === inode;
}
