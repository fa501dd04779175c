import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { STAGING_NAME } from './disk.ts';
import type { TestClient } from './client.ts';
import type { HttpAnswer } from './http-answer.ts';
import { openRaw, requestHead, type RawConnection } from './raw-http.ts';

export const TUS_PATH = '/api/tus';
export const CHUNK_TYPE = 'application/offset+octet-stream';
const VERSION = { 'tus-resumable': '1.0.0' };

type Headers = Readonly<Record<string, string>>;

export interface TusCreation {
  /** Bytes of the whole file. */
  readonly size: number;
  readonly id?: string;
  /** Besides the id; each value is put into Base64. */
  readonly metadata?: Headers;
  readonly headers?: Headers;
  /** Comes along with the creation. */
  readonly body?: Buffer;
}

/** The tus requests as a client sends them, one by one. */
export interface TusClient {
  create(creation: TusCreation): Promise<HttpAnswer>;
  head(id: string): Promise<HttpAnswer>;
  patch(id: string, offset: number, body: Buffer, headers?: Headers): Promise<HttpAnswer>;
  terminate(id: string): Promise<HttpAnswer>;
}

export function createTusClient(client: TestClient): TusClient {
  const at = (id: string): string => `${TUS_PATH}/${encodeURIComponent(id)}`;
  return {
    create: ({ size, id, metadata = {}, headers = {}, body }) =>
      client.request('POST', TUS_PATH, {
        headers: {
          ...VERSION,
          'upload-length': String(size),
          'upload-metadata': encodeMetadata({ ...(id === undefined ? {} : { id }), filename: 'file.bin', ...metadata }),
          ...(body === undefined ? { 'content-length': '0' } : { 'content-type': CHUNK_TYPE }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      }),
    head: (id) => client.request('HEAD', at(id), { headers: VERSION }),
    patch: (id, offset, body, headers = {}) =>
      client.request('PATCH', at(id), { headers: { ...VERSION, 'content-type': CHUNK_TYPE, 'upload-offset': String(offset), ...headers }, body }),
    terminate: (id) => client.request('DELETE', at(id), { headers: VERSION }),
  };
}

/** `Upload-Metadata` of these pairs. */
export function encodeMetadata(pairs: Headers): string {
  return Object.entries(pairs).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join(',');
}

/** The offset in an answer; NaN when it has none. */
export function offsetIn(answer: HttpAnswer): number {
  return Number(answer.headers['upload-offset'] ?? Number.NaN);
}

/** A resumable upload that exists and has these bytes. @throws Error when the server refuses */
export async function startUpload(client: TestClient, content: Buffer, sentBytes: number, metadata: Headers = {}): Promise<string> {
  const id = randomUUID();
  const answer = await createTusClient(client).create({ size: content.length, id, metadata, body: content.subarray(0, sentBytes) });
  if (answer.status !== 201) throw new Error(`Not created: ${answer.status} ${answer.text}`);
  return id;
}

/** Opens a PATCH that announces all that is left, and sends none of it yet. */
export async function openPatch(server: { readonly port: number; readonly host: string; readonly guest: TestClient }, id: string, offset: number, size: number, headers: Headers = {}): Promise<RawConnection> {
  const connection = await openRaw(server.port);
  await connection.write(requestHead(`PATCH ${TUS_PATH}/${encodeURIComponent(id)} HTTP/1.1`, {
    Host: server.host,
    Authorization: `Bearer ${server.guest.token}`,
    'Tus-Resumable': '1.0.0',
    'Content-Type': CHUNK_TYPE,
    'Upload-Offset': offset,
    'Content-Length': size - offset,
    ...headers,
  }));
  return connection;
}

/** Where an unfinished upload lies, as `.part`, `.json` or `.lock`. */
export function stagedPath(folder: string, id: string, ending: 'part' | 'json' | 'lock'): string {
  return join(folder, STAGING_NAME, `${createHash('sha256').update(id).digest('hex').slice(0, 32)}.${ending}`);
}
