import { randomBytes, randomUUID } from 'node:crypto';
import { link, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../failure.ts';
import { unlinkIfThere } from './unlink-if-there.ts';

const NAME = 'access.key';
const LENGTH_BYTES = 32;

/**
 * Random bytes that all processes on this folder share and nobody else can read; made at the first start. What they sign for a
 * guest, each of them believes, also after a restart.
 */
export async function folderSecret(staging: string): Promise<Buffer> {
  const path = join(staging, NAME);
  const known = await read(path);
  if (known !== null) return known;
  const made = randomBytes(LENGTH_BYTES);
  // Whole before it has its name: another process may be about to read it.
  const beside = join(staging, `${NAME}.${randomUUID()}`);
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(made);
      await file.sync();
    } finally {
      await file.close();
    }
    await nameOnce(beside, path);
  } catch {
    // No room for it: it holds for this process and this run.
    return made;
  } finally {
    await unlinkIfThere(beside);
  }
  return (await read(path)) ?? made;
}

/** Null when there is none, or one that was cut. */
async function read(path: string): Promise<Buffer | null> {
  const found = await readFile(path).catch(() => null);
  if (found === null || found.length === LENGTH_BYTES) return found;
  await unlinkIfThere(path);
  return null;
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
