import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../failure.ts';

/**
 * Longest name of ext4, XFS, Btrfs, tmpfs and APFS, in bytes. NTFS and exFAT count 255 UTF-16 units, of which none takes fewer bytes: a
 * name that keeps to this fits there as well.
 */
export const USUAL_NAME_BYTES = 255;

/** All names that we make ourselves are shorter (the longest are those of `copy-across.ts`). */
const LEAST_NAME_BYTES = 80;

/** Looks at a path without making anything; rejects as lstat does. */
export type Look = (path: string) => Promise<unknown>;

/**
 * Bytes of the longest name that a folder takes: eCryptfs, under encrypted homes and shares, takes 143, gocryptfs without long names 175.
 * What statfs(2) says of it cannot be had in Node, and is not always true (gocryptfs says 255). So names that nobody has are looked for: one that
 * is too long is refused as such, any other is not there.
 * @returns null when it is too short for our own
 */
export async function longestName(folder: string, look: Look = lstat): Promise<number | null> {
  const fits = (bytes: number): Promise<boolean> => isAccepted(look(join(folder, 'x'.repeat(bytes))));
  if (await fits(USUAL_NAME_BYTES)) return USUAL_NAME_BYTES;
  if (!(await fits(LEAST_NAME_BYTES))) return null;
  let [longest, tooLong] = [LEAST_NAME_BYTES, USUAL_NAME_BYTES];
  while (tooLong - longest > 1) {
    const middle = Math.floor((longest + tooLong) / 2);
    if (await fits(middle)) longest = middle;
    else tooLong = middle;
  }
  return longest;
}

/** Any other error says nothing about the length. */
async function isAccepted(looking: Promise<unknown>): Promise<boolean> {
  return looking.then(() => true, (error: unknown) => systemErrorCode(error) !== 'ENAMETOOLONG');
}
