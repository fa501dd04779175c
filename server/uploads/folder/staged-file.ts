import { access, open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../failure.ts';
import { clearNowOrLater } from './clear-later.ts';
import { stagedName } from './staged-name.ts';

/** A file on its way, under a random name in staging. Whoever has it either publishes or discards it. */
export interface StagedFile {
  readonly path: string;
  /** Appends all of the buffers; resolves when the system has taken them. */
  append(buffers: readonly Uint8Array[]): Promise<void>;
  /** Makes the bytes durable and closes the file. After this it can be published. */
  seal(mode: number): Promise<void>;
  /** Closes and removes it; safe to call at any time, also twice. Never rejects: what cannot be removed now is removed later. */
  discard(): Promise<void>;
}

/** Creates an empty staged file, readable by nobody else. */
export async function createStagedFile(staging: string): Promise<StagedFile> {
  const path = join(staging, stagedName());
  const handle = await open(path, 'wx', 0o600);
  let isOpen = true;

  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  };

  return {
    path,
    append: (buffers) => appendAll(handle, buffers),
    async seal(mode) {
      await handle.chmod(mode);
      await handle.sync();
      await close();
    },
    async discard() {
      // Its bytes are given up: whether they reach the disk is all the same.
      await close().catch(() => undefined);
      await clearNowOrLater(async () => {
        await unlink(path).catch(async (error: unknown) => {
          if (systemErrorCode(error) !== 'ENOENT') throw error;
          // Published, so that there is nothing to remove; or the whole folder is away, and will be back with the file in it.
          await access(staging);
        });
      });
    },
  };
}

/** Writes all of the buffers: `writev` may write less than it was given (a disk that fills up does) and is asked again until it fails. */
export async function appendAll(handle: FileHandle, buffers: readonly Uint8Array[]): Promise<void> {
  let rest = buffers.filter((buffer) => buffer.byteLength > 0);
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest);
    rest = skipBytes(rest, bytesWritten);
  }
}

function skipBytes(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  const rest: Uint8Array[] = [];
  for (const buffer of buffers) {
    if (left >= buffer.byteLength) {
      left -= buffer.byteLength;
      continue;
    }
    rest.push(left > 0 ? buffer.subarray(left) : buffer);
    left = 0;
  }
  return rest;
}
