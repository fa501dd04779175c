import { randomBytes } from 'node:crypto';
import { MANIFEST_FIELD } from '../../../server/contracts/api.ts';
import type { Manifest } from '../../../server/contracts/upload.ts';
import { toAnnounced } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';

export interface FormPart {
  readonly file: FileToSend;
  /** Exactly `file.size` bytes. */
  readonly bytes: AsyncIterable<Buffer> | Iterable<Buffer>;
}

export interface UploadForm {
  readonly contentType: string;
  readonly contentLength: number;
  /** Pulled one by one, so that no more is read from disk than the server has taken. */
  readonly body: AsyncIterable<Buffer>;
}

/** A `multipart/form-data` body (RFC 7578) whose first field is the manifest, and whose length is known beforehand. */
export function createUploadForm(parts: readonly FormPart[]): UploadForm {
  const boundary = `slipway-${randomBytes(18).toString('hex')}`;
  const manifest: Manifest = { files: parts.map((part) => toAnnounced(part.file)) };
  const first = Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${MANIFEST_FIELD}"\r\n\r\n${JSON.stringify(manifest)}`);
  const heads = parts.map((part) => Buffer.from(
    `\r\n--${boundary}\r\nContent-Disposition: form-data; name="files"; filename="${escapeName(part.file.name)}"\r\n` +
    'Content-Type: application/octet-stream\r\n\r\n',
  ));
  const last = Buffer.from(`\r\n--${boundary}--\r\n`);

  async function* write(): AsyncGenerator<Buffer> {
    yield first;
    for (const [index, part] of parts.entries()) {
      yield heads[index] ?? Buffer.alloc(0);
      yield* part.bytes;
    }
    yield last;
  }

  const overhead = [first, ...heads, last].reduce((sum, buffer) => sum + buffer.length, 0);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: parts.reduce((sum, part) => sum + part.file.size, overhead),
    body: write(),
  };
}

/** As browsers do (WHATWG HTML, multipart/form-data encoding algorithm). */
function escapeName(name: string): string {
  return name.replace(/["\r\n]/g, (character) => encodeURIComponent(character));
}
