import type { Readable } from 'node:stream';
import type { UploadState } from '../../contracts/upload.ts';
import { PROGRESS_INTERVAL_MS } from '../progress/batch-progress.ts';
import type { FileHash } from '../hash/file-hash.ts';
import { createThrottle } from '../progress/throttle.ts';
import { PUBLISHED_MODE } from '../folder/published-file.ts';
import { appendStream, type Checksum } from './append-stream.ts';
import type { ResumableFolder } from './resumable-folder.ts';

const STAGED_MODE = 0o600;

interface WriteOptions {
  readonly id: string;
  /** Bytes that are there. */
  readonly offset: number;
  /** Bytes of the whole upload. */
  readonly size: number;
  /** Of the bytes that are there; null when it is not known. */
  readonly hash: FileHash | null;
  readonly checksum: Checksum | null;
  /** It is not finished with these bytes, even if they are the last. */
  readonly holds: boolean;
  readonly signal: AbortSignal;
  /** Told how many bytes are on disk, at most ten times a second. */
  readonly follow: (received: number, state: Extract<UploadState, 'receiving' | 'finishing'>) => void;
}

/**
 * Writes one chunk to the end of an upload; the last one makes all of it durable.
 * @returns bytes that are there now
 * @throws Failure and system errors; when it settles, no write is under way any more
 */
export async function writeChunk(stream: Readable, folder: ResumableFolder, options: WriteOptions): Promise<number> {
  const { id, offset, size, hash, checksum, holds, signal, follow } = options;
  const file = await folder.openToAppend(id);
  let written = 0;
  const throttle = createThrottle(PROGRESS_INTERVAL_MS, () => follow(offset + written, 'receiving'));
  try {
    const bytes = await appendStream(stream, file, {
      offset,
      maxBytes: size - offset,
      hash,
      checksum,
      signal,
      onWritten(count) {
        written = count;
        throttle.request();
      },
    });
    throttle.cancel();
    const isWhole = offset + bytes === size;
    follow(offset + bytes, isWhole && !holds ? 'finishing' : 'receiving');
    // One that is held is made durable while its sender makes up its mind, and stays nobody else's to read.
    if (isWhole) await file.seal(holds ? STAGED_MODE : PUBLISHED_MODE);
    return offset + bytes;
  } finally {
    throttle.cancel();
    // Waits for a write that is still under way.
    await file.close();
  }
}
