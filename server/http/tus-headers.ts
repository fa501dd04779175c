import type { Request } from 'express';
import { Failure } from '../failure.ts';
import { CHECKSUM_ALGORITHMS, type Checksum } from '../uploads/resumable/append-stream.ts';

/** The one version of the protocol there is (tus 1.0, "Tus-Resumable"). */
export const TUS_VERSION = '1.0.0';

const MOST_METADATA_LENGTH = 8192;

/** Reads `Upload-Length`. @throws Failure UPLOAD_LENGTH_INVALID, also when the length is to be said later */
export function readUploadLength(request: Request): number {
  return readBytes(request.get('Upload-Length')) ?? raise('UPLOAD_LENGTH_INVALID');
}

/** Reads `Upload-Offset`. @throws Failure UPLOAD_OFFSET_INVALID */
export function readUploadOffset(request: Request): number {
  return readBytes(request.get('Upload-Offset')) ?? raise('UPLOAD_OFFSET_INVALID');
}

/** Reads `Upload-Metadata`: pairs of a key and a Base64 value, keys not twice. @throws Failure METADATA_INVALID */
export function readUploadMetadata(request: Request): ReadonlyMap<string, string> {
  const header = request.get('Upload-Metadata')?.trim() ?? '';
  if (header.length > MOST_METADATA_LENGTH) throw new Failure('METADATA_INVALID', { limit: MOST_METADATA_LENGTH });
  const pairs = new Map<string, string>();
  for (const pair of header === '' ? [] : header.split(',')) {
    const match = /^ *(?<key>[!-+\--~]+)(?: (?<value>[A-Za-z\d+/]*={0,2}))? *$/u.exec(pair)?.groups;
    const key = match?.['key'];
    if (key === undefined || pairs.has(key)) throw new Failure('METADATA_INVALID');
    pairs.set(key, Buffer.from(match?.['value'] ?? '', 'base64').toString());
  }
  return pairs;
}

/** Reads `Upload-Checksum`. @throws Failure CHECKSUM_UNSUPPORTED */
export function readUploadChecksum(request: Request): Checksum | null {
  const header = request.get('Upload-Checksum');
  if (header === undefined) return null;
  const [name, digest, ...more] = header.split(' ');
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name);
  if (algorithm === undefined || digest === undefined || more.length > 0) throw new Failure('CHECKSUM_UNSUPPORTED');
  return { algorithm, digest: Buffer.from(digest, 'base64') };
}

/** Digits only: Number() would also take "1e3", " 5" and "0x10". */
function readBytes(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,16}$/u.test(text)) return null;
  const bytes = Number(text);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

function raise(code: 'UPLOAD_LENGTH_INVALID' | 'UPLOAD_OFFSET_INVALID'): never {
  throw new Failure(code);
}
