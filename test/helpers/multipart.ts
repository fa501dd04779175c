import { randomUUID } from 'node:crypto';
import type { AnnouncedFile } from '../../server/contracts/upload.ts';
import { MANIFEST_FIELD } from '../../server/contracts/api.ts';

/** A part of a form. `header` is written as it stands, byte by byte, for forms no client would send. */
export type Part =
  | { readonly kind: 'field'; readonly name: string; readonly value: string | Buffer }
  | { readonly kind: 'file'; readonly name: string; readonly filename: string; readonly content: Buffer | string }
  | { readonly kind: 'raw'; readonly header: string | Buffer; readonly content: Buffer | string };

export interface Form {
  readonly contentType: string;
  readonly body: Buffer;
  /** Where the content of each part begins and ends in `body`. */
  readonly spans: readonly { readonly start: number; readonly end: number }[];
}

export function field(name: string, value: string | Buffer): Part {
  return { kind: 'field', name, value };
}

export function file(filename: string, content: Buffer | string, name = 'file'): Part {
  return { kind: 'file', name, filename, content };
}

/** A part whose header lines are given whole, with CRLF between them and none at the end. */
export function rawPart(header: string | Buffer, content: Buffer | string): Part {
  return { kind: 'raw', header, content };
}

/** The first field of a form that announces its files. */
export function manifest(files: readonly AnnouncedFile[]): Part {
  return field(MANIFEST_FIELD, JSON.stringify({ files }));
}

/** Puts the bytes of a form together as a browser does, quotes in names excepted: they are written as they stand. */
export function buildForm(parts: readonly Part[], boundary = `----slipway${randomUUID()}`): Form {
  const chunks: Buffer[] = [];
  const spans: { start: number; end: number }[] = [];
  let length = 0;
  const push = (chunk: Buffer | string): void => {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
  };
  for (const part of parts) {
    push(`--${boundary}\r\n`);
    push(headerOf(part));
    push('\r\n\r\n');
    const start = length;
    push(part.kind === 'field' ? part.value : part.content);
    spans.push({ start, end: length });
    push('\r\n');
  }
  push(`--${boundary}--\r\n`);
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(chunks, length), spans };
}

/** A form of one announced file: the manifest, then the file. */
export function buildAnnouncedForm(files: readonly (AnnouncedFile & { readonly content: Buffer | string })[]): Form {
  return buildForm([manifest(files.map(({ content: _content, ...announced }) => announced)), ...files.map((each) => file(each.name, each.content))]);
}

/** What a sender says about a file it will send. */
export function announced(name: string, content: Buffer | string, more: Partial<AnnouncedFile> = {}): AnnouncedFile & { readonly content: Buffer | string } {
  return { id: randomUUID(), name, size: Buffer.byteLength(content), ...more, content };
}

function headerOf(part: Part): string | Buffer {
  switch (part.kind) {
    case 'field':
      return `Content-Disposition: form-data; name="${part.name}"`;
    case 'file':
      return `Content-Disposition: form-data; name="${part.name}"; filename="${part.filename}"\r\nContent-Type: application/octet-stream`;
    case 'raw':
      return part.header;
    default:
      return part satisfies never;
  }
}
