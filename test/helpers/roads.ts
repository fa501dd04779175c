import { randomUUID } from 'node:crypto';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import { readRecord, readSend, type HttpAnswer } from './http-answer.ts';
import type { TestServer } from './launch-server.ts';
import { buildForm, file, manifest, rawPart, type Form } from './multipart.ts';
import { createTusClient } from './tus.ts';

export interface SentByRoad {
  readonly answer: HttpAnswer;
  /** Of the one file; undefined when it was refused as a whole. */
  readonly record: UploadRecord | undefined;
}

/** One of the four ways on which a file's name reaches the server. */
export interface Road {
  readonly name: string;
  /** False for names that cannot be written down there: text without an encoding, or with a mark that ends it. */
  readonly takes: (fileName: string) => boolean;
  /** Sends a file whole, over a new connection. */
  readonly send: (server: TestServer, fileName: string, content: string) => Promise<SentByRoad>;
}

export const ROADS: readonly Road[] = [
  {
    name: 'filename',
    takes: (fileName) => isText(fileName) && !/["\p{Cc}]/u.test(fileName),
    send: (server, fileName, content) => sendForm(server, buildForm([file(fileName.replaceAll('\\', '\\\\'), content)])),
  },
  {
    name: 'filename*',
    takes: isText,
    send: (server, fileName, content) => sendForm(server, buildForm([rawPart(`Content-Disposition: form-data; name="f"; filename*=UTF-8''${percentEncoded(fileName)}`, content)])),
  },
  {
    name: 'manifest',
    takes: () => true,
    send: (server, fileName, content) => sendForm(server, buildForm([manifest([{ id: randomUUID(), name: fileName, size: Buffer.byteLength(content) }]), file('as announced', content)])),
  },
  {
    name: 'Upload-Metadata',
    takes: isText,
    send: async (server, fileName, content) => {
      const id = randomUUID();
      const answer = await createTusClient(server.guest).create({ size: Buffer.byteLength(content), id, metadata: { filename: fileName }, body: Buffer.from(content) });
      return { answer, record: answer.status === 201 ? readRecord(await server.guest.request('GET', `/api/uploads/${id}`)) : undefined };
    },
  },
];

async function sendForm(server: TestServer, form: Form): Promise<SentByRoad> {
  const answer = await server.guest.post('/api/uploads', form);
  return { answer, record: answer.status < 300 ? readSend(answer).uploads[0] : undefined };
}

/** Every byte that has a meaning in a header, and some more (RFC 8187, section 3.2.1). */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/gu, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

/** False for half a character. */
function isText(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
