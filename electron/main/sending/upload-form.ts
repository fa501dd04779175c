import { randomBytes } from 'node:crypto';
import { MANIFEST_FIELD } from '../../../server/contracts/api.ts';
import type { FileDigest, Manifest } from '../../../server/contracts/upload.ts';
import { toAnnounced } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';

export interface FormPart {
  readonly file: FileToSend;
  readonly bytes: Buffer;
  /** Of these bytes. */
  readonly digest: FileDigest;
}

export interface UploadForm {
  readonly contentType: string;
  readonly contentLength: number;
  readonly body: readonly Buffer[];
}

/** A `multipart/form-data` body (RFC 7578) whose first field is the manifest, and whose length is known beforehand. */
export function createUploadForm(parts: readonly FormPart[]): UploadForm {
  const boundary = `slipway-${randomBytes(18).toString('hex')}`;
  const manifest: Manifest = { files: parts.map((part) => toAnnounced(part.file, part.digest)) };
  const first = Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${MANIFEST_FIELD}"\r\n\r\n${JSON.stringify(manifest)}`);
  const bodies = parts.flatMap(({ file, bytes }) => [Buffer.from(
    `\r\n--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="${escapeName(file.name)}"\r\n` +
    'Content-Type: application/octet-stream\r\n\r\n',
  ), bytes]);
  const body = [first, ...bodies, Buffer.from(`\r\n--${boundary}--\r\n`)];
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: body.reduce((sum, buffer) => sum + buffer.length, 0),
    body,
  };
}

/** As browsers do (WHATWG HTML, multipart/form-data encoding algorithm). */
function escapeName(name: string): string {
  return name.replace(/["\r\n]/g, (character) => encodeURIComponent(character));
}
