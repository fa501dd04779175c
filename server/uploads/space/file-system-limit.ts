import { statfs } from 'node:fs/promises';
import { Failure } from '../../failure.ts';

/** Largest file of each kind of file system that holds less than an upload may have. Source: statfs(2) for the numbers. */
const MOST_FILE_BYTES: ReadonlyMap<number, number> = new Map([
  // MSDOS_SUPER_MAGIC: FAT12, FAT16 and FAT32, whose sizes have 32 bits.
  [0x4d44, 2 ** 32 - 1],
]);

/** Bytes that one file may have on the disk of that folder; null when it holds what an upload can be, or the system does not say. */
export async function fileSystemLimit(folder: string): Promise<number | null> {
  try {
    return MOST_FILE_BYTES.get((await statfs(folder)).type) ?? null;
  } catch {
    // Some network and FUSE file systems do not answer; a write that is too much will.
    return null;
  }
}

/** What speaks against a file of that size; null when nothing does. @param diskBytes as `fileSystemLimit` says */
export function sizeFailure(size: number, maxFileBytes: number, diskBytes: number | null): Failure | null {
  if (size > maxFileBytes) return new Failure('FILE_TOO_LARGE', { limit: maxFileBytes });
  return diskBytes !== null && size > diskBytes ? new Failure('FILE_TOO_LARGE_FOR_DISK', { limit: diskBytes }) : null;
}
