import { request as openRequest } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AnnouncedFile, UploadRecord } from '../../server/contracts/upload.ts';
import type { BatchReply, QueueReply, SendReply } from '../../server/contracts/api.ts';
import { readBatch, readQueue, readRecord, readSend, type HttpAnswer } from './http-answer.ts';
import type { Form } from './multipart.ts';

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** Address of this computer that it comes from, 127.0.0.7 say; the server takes each for another device. */
  readonly from?: string;
}

export interface SentForm extends SendReply {
  readonly status: number;
}

/** Speaks to the server over a new connection for every request, so that none lingers when a test counts them. */
export interface TestClient {
  readonly token: string | null;
  request(method: string, path: string, ask?: Ask): Promise<HttpAnswer>;
  /** `POST` of a form whose answer may be anything. */
  post(path: string, form: Form, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
  /** `POST /api/uploads`. @throws Error when the answer holds no outcomes */
  send(form: Form, headers?: Readonly<Record<string, string>>): Promise<SentForm>;
  announce(files: readonly AnnouncedFile[], batch?: string): Promise<BatchReply>;
  queue(since?: string): Promise<QueueReply>;
  /** All records of the queue. */
  records(): Promise<readonly UploadRecord[]>;
  record(id: string): Promise<UploadRecord>;
  remove(id: string): Promise<HttpAnswer>;
}

export function createClient(url: string, token: string | null): TestClient {
  const request = (method: string, path: string, ask: Ask = {}): Promise<HttpAnswer> =>
    sendRequest(url + path, method, { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...ask.headers }, ask);
  const post = (path: string, form: Form, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> =>
    request('POST', path, { headers: { 'content-type': form.contentType, ...headers }, body: form.body });
  const queue = async (since?: string): Promise<QueueReply> =>
    readQueue(await request('GET', since === undefined ? '/api/uploads' : `/api/uploads?since=${encodeURIComponent(since)}`));
  return {
    token,
    request,
    post,
    queue,
    send: async (form, headers) => {
      const answer = await post('/api/uploads', form, headers);
      return { ...readSend(answer), status: answer.status };
    },
    announce: async (files, batch) => {
      const body = JSON.stringify({ files, ...(batch === undefined ? {} : { batch }) });
      return readBatch(await request('POST', '/api/batches', { headers: { 'content-type': 'application/json' }, body }));
    },
    records: async () => {
      const reply = await queue();
      if (reply.unchanged) throw new Error('A queue asked for without a revision came back "unchanged".');
      return reply.uploads;
    },
    record: async (id) => readRecord(await request('GET', `/api/uploads/${encodeURIComponent(id)}`)),
    remove: (id) => request('DELETE', `/api/uploads/${encodeURIComponent(id)}`),
  };
}

/** One request with Node's client; the answer is read also when the server refuses before it has taken the body. */
async function sendRequest(url: string, method: string, headers: Readonly<Record<string, string>>, { body, from }: Ask): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const isChunked = headers['transfer-encoding'] !== undefined;
    const length = body === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = openRequest(url, { method, agent: false, ...(from === undefined ? {} : { localAddress: from }), headers: { ...length, ...headers } });
    let answered = false;
    outgoing.once('response', (incoming) => {
      answered = true;
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, headers: flatten(incoming.headers), text: Buffer.concat(chunks).toString() }));
    });
    // After an early answer the server closes its side; what could not be written any more is of no interest then.
    outgoing.on('error', (error) => {
      if (!answered) reject(error);
    });
    if (body === undefined) outgoing.end();
    else pipeline(Readable.from(slices(Buffer.from(body))), outgoing).catch((error: unknown) => {
      if (!answered) reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}

function* slices(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += 1 << 18) yield body.subarray(at, at + (1 << 18));
}

function flatten(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : (value ?? []).join(', ')]));
}
