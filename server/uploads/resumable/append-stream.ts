import { createHash, timingSafeEqual } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Failure } from '../../failure.ts';
import type { FileHash } from '../hash/file-hash.ts';
import { receiveBytes } from '../receive-bytes.ts';
import type { AppendableFile } from './resumable-folder.ts';

/** Kinds of checksum that a chunk may carry (tus 1.0, "Checksum"). */
export const CHECKSUM_ALGORITHMS = ['sha256', 'sha1', 'md5'] as const;

export interface Checksum {
  readonly algorithm: (typeof CHECKSUM_ALGORITHMS)[number];
  readonly digest: Buffer;
}

interface AppendOptions {
  /** Where the chunk begins. */
  readonly offset: number;
  /** Most bytes it may have. */
  readonly maxBytes: number;
  /** Is fed with the bytes of the chunk; null: nobody wants to know. */
  readonly hash: FileHash | null;
  readonly checksum: Checksum | null;
  readonly signal: AbortSignal;
  /** Told how much of the chunk is on disk. */
  readonly onWritten: (bytes: number) => void;
}

/**
 * Adds a chunk to the end of an upload. When it breaks off, what came stays; when its checksum is wrong, none of it does.
 * @returns bytes of the chunk
 * @throws Failure CHECKSUM_MISMATCH, UPLOAD_SIZE_EXCEEDED, and those of receiveBytes
 */
export async function appendStream(stream: Readable, file: AppendableFile, options: AppendOptions): Promise<number> {
  const { offset, maxBytes, hash, checksum, signal, onWritten } = options;
  const chunkHash = checksum === null ? null : createHash(checksum.algorithm);
  const both = {
    update(bytes: Uint8Array): void {
      hash?.update(bytes);
      chunkHash?.update(bytes);
    },
  };
  const bytes = await receiveBytes(stream, file, { hash: both, maxBytes, signal, onWritten, ownsPieces: true }).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'FILE_TOO_LARGE') throw new Failure('UPLOAD_SIZE_EXCEEDED', { limit: offset + maxBytes });
    throw error;
  });
  if (checksum !== null && chunkHash !== null && !isSame(chunkHash.digest(), checksum.digest)) {
    await file.truncate(offset);
    throw new Failure('CHECKSUM_MISMATCH', { offset });
  }
  return bytes;
}

function isSame(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
