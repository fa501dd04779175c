import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** Most files `photo (n).jpg` that are looked at for the same bytes. */
export const MOST_LOOKED_AT = 200;

const BLOCK_BYTES = 1 << 20;

/** Never through a link, and never waiting for the other end of a pipe that was put there meanwhile. Windows knows neither. */
const LOOK_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A regular file as it was when somebody looked at it. */
export interface SeenFile {
  readonly name: string;
  /** Differs as soon as it is another file, or its bytes were changed. */
  readonly identity: string;
  readonly inode: string;
  /** When its bytes were last written. */
  readonly modifiedNs: string;
  readonly bytes: bigint;
}

/** Null when there is no regular file of that name. */
export async function seeFile(folder: string, name: string): Promise<SeenFile | null> {
  // Gone or out of reach: nothing that a file could be compared with, or put in the place of.
  const found = await lstat(join(folder, name), { bigint: true }).catch(() => null);
  if (found?.isFile() !== true) return null;
  return { name, identity: identityOf(found), inode: String(found.ino), modifiedNs: String(found.mtimeNs), bytes: found.size };
}

/**
 * True when a file that was seen holds the bytes of ours, byte by byte: a hash could be made to match on purpose. What is true is
 * then also durable.
 * @throws system errors of our own file
 */
export async function holdsSameBytes(ours: string, folder: string, seen: SeenFile): Promise<boolean> {
  const own = await open(ours, 'r');
  try {
    return await comparedWith(own, join(folder, seen.name), seen);
  } finally {
    await own.close();
  }
}

async function comparedWith(own: FileHandle, path: string, { identity }: SeenFile): Promise<boolean> {
  // Not to be opened, or gone: not to be trusted with what was sent.
  const other = await open(path, LOOK_ONLY).catch(() => null);
  if (other === null) return false;
  try {
    if (identityOf(await other.stat({ bigint: true })) !== identity || !(await areEqual(own, other))) return false;
    // Somebody else may have put it there a moment ago. Windows flushes only what is open for writing.
    if (process.platform !== 'win32') await other.sync();
    const now = await lstat(path, { bigint: true }).catch(() => null);
    return now !== null && identityOf(now) === identity;
  } finally {
    await other.close();
  }
}

async function areEqual(own: FileHandle, other: FileHandle): Promise<boolean> {
  const [left, right] = [Buffer.allocUnsafe(BLOCK_BYTES), Buffer.allocUnsafe(BLOCK_BYTES)];
  for (let at = 0; ; ) {
    const [length, otherLength] = await Promise.all([readBlock(own, left, at), readBlock(other, right, at).catch(() => null)]);
    // A block of the other that cannot be read is not the same.
    if (otherLength !== length || !left.subarray(0, length).equals(right.subarray(0, length))) return false;
    if (length === 0) return true;
    at += length;
  }
}

/** Fills the block as far as the file goes: one read may bring less. */
async function readBlock(file: FileHandle, block: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < block.length) {
    const { bytesRead } = await file.read(block, filled, block.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
