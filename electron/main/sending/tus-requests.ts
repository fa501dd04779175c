import { FILE_DIGEST_HEADER } from '../../../server/contracts/api.ts';
import type { FailureCode } from '../../../server/contracts/failure.ts';
import { exchange } from './exchange.ts';
import type { ExchangeAnswer, SendTarget } from './exchange.ts';
import type { FileToSend } from './file-to-send.ts';
import { readFailure } from './read-reply.ts';

const VERSION = { 'tus-resumable': '1.0.0' };

/** What the server says of a resumable upload. */
export type TusReply =
  /** The next byte belongs at `offset`. */
  | { readonly kind: 'standing'; readonly offset: number }
  | { readonly kind: 'stored' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly code: FailureCode };

/** Asks where an upload stands; `unknown` also for what was there once and was given up. */
export async function askStanding(target: SendTarget, id: string, signal: AbortSignal): Promise<TusReply> {
  return readReply(await exchange(target, { method: 'HEAD', path: pathOf(id), headers: VERSION }, signal));
}

/** Makes the upload (tus 1.0, "Creation"), or finds the one that was made before. */
export async function createUpload(target: SendTarget, file: FileToSend, signal: AbortSignal): Promise<TusReply> {
  const { id, batch, name, folder, size } = file;
  const metadata = Object.entries({ id, batch, filename: name, ...(folder === '' ? {} : { folder }) });
  const headers = {
    ...VERSION,
    'content-length': 0,
    'upload-length': size,
    'upload-metadata': metadata.map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join(','),
  };
  return readReply(await exchange(target, { method: 'POST', path: '/api/tus', headers }, signal));
}

export interface Append {
  /** Where the first byte belongs. */
  readonly offset: number;
  /** Exactly so many bytes. */
  readonly length: number;
  readonly body: AsyncIterable<Buffer> | Iterable<Buffer>;
  /** XXH3-128 of the whole file, with the bytes that complete it; other bytes are then not stored. */
  readonly digest?: Buffer;
}

/** Sends bytes in one request: on loopback a broken one costs nothing that is not on disk already. */
export async function appendBytes(target: SendTarget, id: string, append: Append, signal: AbortSignal): Promise<TusReply> {
  const { offset, length, body, digest } = append;
  const headers = {
    ...VERSION,
    'content-type': 'application/offset+octet-stream',
    'content-length': length,
    'upload-offset': offset,
    ...(digest === undefined ? {} : { [FILE_DIGEST_HEADER]: `xxh128=:${digest.toString('base64')}:` }),
  };
  return readReply(await exchange(target, { method: 'PATCH', path: pathOf(id), headers, body }, signal));
}

function pathOf(id: string): string {
  return `/api/tus/${encodeURIComponent(id)}`;
}

function readReply({ status, headers, body }: ExchangeAnswer): TusReply {
  if (status === 404 || status === 410) return { kind: 'unknown' };
  if (status >= 400) return { kind: 'refused', code: body === '' ? codeOfBare(status) : readFailure(body).code };
  const offset = Number(headers['upload-offset'] ?? Number.NaN);
  // Only what is unfinished expires (tus 1.0, "Expiration").
  if (headers['upload-expires'] === undefined && Number.isSafeInteger(offset)) return { kind: 'stored' };
  return Number.isSafeInteger(offset) && offset >= 0 ? { kind: 'standing', offset } : { kind: 'refused', code: 'INTERNAL' };
}

/** An answer to HEAD has no body that would say it. */
function codeOfBare(status: number): FailureCode {
  return status === 423 ? 'UPLOAD_LOCKED' : 'INTERNAL';
}
