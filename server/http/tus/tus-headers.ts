import type { Request } from 'express';
import { FILE_DIGEST_HEADER, UPLOAD_COMPLETE_HEADER } from '../../contracts/api.ts';
import type { FileDigest } from '../../contracts/upload.ts';
import { Failure } from '../../failure.ts';
import { isFileDigest } from '../../uploads/hash/file-digest.ts';
import { CHECKSUM_ALGORITHMS, type Checksum } from '../../uploads/resumable/append-stream.ts';

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

/**
 * Reads `Repr-Digest`: what the hash of the whole file is (RFC 9530, section 3). Of several that are known, the strongest counts;
 * others beside it are left alone.
 * @throws Failure CHECKSUM_UNSUPPORTED when there is none that is known
 */
export function readFileDigest(request: Request): FileDigest | undefined {
  const header = request.get(FILE_DIGEST_HEADER);
  if (header === undefined) return undefined;
  const told = header.split(',').map((member) => {
    const { algorithm, base64 } = /^ *(?<algorithm>[a-z*][a-z\d_.*-]*)=:(?<base64>[A-Za-z\d+/]*={0,2}): *$/u.exec(member)?.groups ?? {};
    if (algorithm === undefined || base64 === undefined) throw new Failure('CHECKSUM_UNSUPPORTED');
    return `${algorithm}:${Buffer.from(base64, 'base64').toString('hex')}`;
  });
  const known = told.filter(isFileDigest);
  return known.find((digest) => digest.startsWith('sha-256:')) ?? known[0] ?? raise('CHECKSUM_UNSUPPORTED');
}

/** Reads `Upload-Complete`: true when these bytes are not the end, even if they are the last. */
export function readHolds(request: Request): boolean {
  return request.get(UPLOAD_COMPLETE_HEADER) === '?0';
}

/** Digits only: Number() would also take "1e3", " 5" and "0x10". */
function readBytes(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,16}$/u.test(text)) return null;
  const bytes = Number(text);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

function raise(code: 'UPLOAD_LENGTH_INVALID' | 'UPLOAD_OFFSET_INVALID' | 'CHECKSUM_UNSUPPORTED'): never {
  throw new Failure(code);
}
