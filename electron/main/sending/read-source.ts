import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { SourceFailure } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';

const CHUNK_BYTES = 1 << 20;

/**
 * The bytes of a file from `start` to before `end`, exactly as many as announced. It is looked at before and after: one that shrank,
 * grew or was written to meanwhile ends with FILE_CHANGED before its last chunk is handed out, one that is gone with FILE_UNREADABLE.
 * @throws SourceFailure
 */
export async function* readSource(file: FileToSend, start = 0, end = file.size): AsyncGenerator<Buffer> {
  const handle = await openSource(file);
  try {
    await assertUnchanged(handle, file);
    // One chunk behind: a resumable upload is complete with its last byte.
    let held: Buffer | undefined;
    for await (const chunk of readExactly(handle, file, start, end)) {
      if (held !== undefined) yield held;
      held = chunk;
    }
    await assertUnchanged(handle, file);
    if (held !== undefined) yield held;
  } finally {
    await handle.close();
  }
}

/** As `readSource`, in one piece. @throws SourceFailure */
export async function readPiece(file: FileToSend, start = 0, end = file.size): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of readSource(file, start, end)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function openSource(file: FileToSend): Promise<FileHandle> {
  try {
    // Not following: a link that took the place of the file was not dropped. (Undefined, hence 0, on Windows.)
    return await open(file.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch {
    // Gone, locked or forbidden: for the person it is one thing.
    throw new SourceFailure('FILE_UNREADABLE', file.id);
  }
}

async function assertUnchanged(handle: FileHandle, file: FileToSend): Promise<void> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw new SourceFailure('FILE_UNREADABLE', file.id);
  if (stats.size !== file.size || stats.mtimeMs !== file.modifiedAtMs) throw new SourceFailure('FILE_CHANGED', file.id);
}

async function* readExactly(handle: FileHandle, file: FileToSend, start: number, end: number): AsyncGenerator<Buffer> {
  if (start >= end) return;
  const stream = handle.createReadStream({ start, end: end - 1, highWaterMark: CHUNK_BYTES, autoClose: false });
  let read = start;
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      read += chunk.length;
      yield chunk;
    }
  } catch (error) {
    // EIO, a pulled stick, a share that went away.
    if (error instanceof SourceFailure) throw error;
    throw new SourceFailure('FILE_UNREADABLE', file.id);
  }
  if (read !== end) throw new SourceFailure('FILE_CHANGED', file.id);
}
