import { randomUUID } from 'node:crypto';
import { PROGRESS_ID_HEADER } from '../../server/contracts/api.ts';
import type { HttpAnswer } from './http-answer.ts';
import { announced, buildForm, field, file, manifest, type Part } from './multipart.ts';
import { openRaw, requestHead, type RawConnection } from './raw-http.ts';

/** An upload of one file whose bytes leave when the test says so. */
export interface SlowUpload {
  /** Of the record and, on the classic address, the key. */
  readonly id: string;
  /** Bytes of the file that have been written so far. */
  readonly sentBytes: number;
  /** Length of the whole request body. */
  readonly bodyBytes: number;
  /** Sends on until this much of the file has been written. */
  sendTo(fileBytes: number): Promise<void>;
  /** Sends the rest and gives the answer. */
  finish(): Promise<HttpAnswer>;
  readonly connection: RawConnection;
}

export interface SlowUploadOptions {
  readonly content: Buffer;
  readonly id?: string;
  readonly name?: string;
  /** How the file is told of beforehand: by a manifest (the default), a classic key, a progress header, or not at all. */
  readonly by?: 'manifest' | 'key' | 'header' | 'nothing';
  readonly path?: string;
}

/** Opens the request and sends everything that stands before the file's first byte. */
export async function openSlowUpload(
  server: { readonly port: number; readonly host: string; readonly guest: { readonly token: string | null } },
  options: SlowUploadOptions,
): Promise<SlowUpload> {
  const { content, id = randomUUID(), name = 'slow.bin', by = 'manifest', path = '/api/uploads' } = options;
  const before: readonly Part[] = by === 'manifest' ? [manifest([{ ...withoutContent(announced(name, content, { id })) }])] : by === 'key' ? [field('key', id)] : [];
  const form = buildForm([...before, file(name, content)]);
  const start = form.spans[before.length]?.start ?? 0;
  const connection = await openRaw(server.port);
  await connection.write(
    requestHead(`POST ${path} HTTP/1.1`, {
      Host: server.host,
      ...(server.guest.token === null ? {} : { Authorization: `Bearer ${server.guest.token}` }),
      ...(by === 'header' ? { [PROGRESS_ID_HEADER]: id } : {}),
      'Content-Type': form.contentType,
      'Content-Length': form.body.length,
    }),
  );
  await connection.write(form.body.subarray(0, start));
  let sentBytes = 0;
  return {
    id,
    bodyBytes: form.body.length,
    connection,
    get sentBytes() {
      return sentBytes;
    },
    sendTo: async (fileBytes) => {
      const from = sentBytes;
      sentBytes = fileBytes;
      await connection.write(form.body.subarray(start + from, start + fileBytes));
    },
    finish: async () => {
      await connection.write(form.body.subarray(start + sentBytes));
      sentBytes = content.length;
      const answer = await connection.answer;
      connection.socket.destroy();
      return answer;
    },
  };
}

function withoutContent<Told extends { readonly content: unknown }>({ content: _content, ...rest }: Told): Omit<Told, 'content'> {
  return rest;
}
