import { randomUUID } from 'node:crypto';
import { request as openHttps } from 'node:https';
import { request as openHttp } from 'node:http';
import { connect as connectPlain, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { LanSide } from '../../../server/index.ts';
import { hashFile, listStaging } from '../../helpers/disk.ts';
import { listeningOn } from '../../helpers/listening-on.ts';
import { requestHead } from '../../helpers/raw-http.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { CHUNK_TYPE, encodeMetadata, TUS_PATH } from '../../helpers/tus.ts';
import { waitUntil, within } from '../../helpers/wait-until.ts';

const CONTENT = sampleBytes(2_000_000);
const SENT = 700_000;

interface Guest {
  readonly port: number;
  readonly isSecure: boolean;
  readonly token: string;
}

type Headers = Readonly<Record<string, string | number>>;

function ask({ port, isSecure, token }: Guest, method: string, path: string, headers: Headers, body: Buffer | string = ''): Promise<{ readonly status: number | undefined; readonly offset: string | undefined; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const all = { 'content-length': body.length, ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers };
    const options = { host: '127.0.0.1', port, method, path, headers: all, agent: false, rejectUnauthorized: false };
    const request = (isSecure ? openHttps : openHttp)(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('end', () => resolve({ status: answer.statusCode, offset: answer.headers['upload-offset']?.toString(), text }));
    });
    request.once('error', reject).end(body);
  });
}

/** The same device, whichever code lets it in. */
async function enter({ addresses, code }: LanSide, device: string): Promise<Guest> {
  const { port, protocol } = new URL(addresses[0] ?? '');
  const guest = { port: Number(port), isSecure: protocol === 'https:', token: '' };
  const { text } = await ask(guest, 'POST', '/api/session', { 'content-type': 'application/json' }, JSON.stringify({ code, device }));
  const reply: unknown = JSON.parse(text);
  if (typeof reply !== 'object' || reply === null || !('token' in reply) || typeof reply.token !== 'string') throw new Error(`No token: ${text}`);
  return { ...guest, token: reply.token };
}

async function openSocket({ port, isSecure }: Guest, said: string | Buffer): Promise<Socket> {
  const socket = isSecure ? connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }) : connectPlain(port, '127.0.0.1');
  await new Promise((resolve, reject) => void socket.once(isSecure ? 'secureConnect' : 'connect', resolve).once('error', reject));
  socket.on('error', () => undefined);
  if (said.length > 0) socket.write(said);
  return socket;
}

const closed = (socket: Socket): Promise<void> => new Promise((resolve) => void socket.resume().once('close', () => resolve()));

describe('C19: off is off', () => {
  test.each([['HTTP', false], ['HTTPS', true]])('over %s: every socket is closed within a second, and what can be resumed is kept to the byte and goes on the next time', async (_scheme, https) => {
    const server = await startTestServer();
    const device = randomUUID();
    const lan = await server.running.openLan({ host: '127.0.0.1', port: 0, https });
    const guest = await enter(lan, device);
    const tus = { 'tus-resumable': '1.0.0' };
    const id = randomUUID();
    const created = await ask(guest, 'POST', TUS_PATH, { ...tus, 'upload-length': CONTENT.length, 'upload-metadata': encodeMetadata({ id, filename: 'film.bin' }) });
    expect(created.status).toBe(201);

    const head = { Host: `127.0.0.1:${guest.port}`, Authorization: `Bearer ${guest.token}` };
    const patch = await openSocket(guest, requestHead(`PATCH ${TUS_PATH}/${id} HTTP/1.1`, { ...head, 'Tus-Resumable': '1.0.0', 'Content-Type': CHUNK_TYPE, 'Upload-Offset': 0, 'Content-Length': CONTENT.length }));
    patch.write(CONTENT.subarray(0, SENT));
    const idle = await openSocket(guest, requestHead('GET /healthz HTTP/1.1', { Host: head.Host }));
    await new Promise((resolve) => idle.once('data', resolve));
    const slowHead = await openSocket(guest, 'GET / HTTP/1.1\r\nHost: 127');
    const silent = connectPlain(guest.port, '127.0.0.1').on('error', () => undefined);
    await waitUntil('the bytes on disk', async () => (await listStaging(server.folder)).some(({ name, sizeBytes }) => name.endsWith('.part') && sizeBytes === SENT));

    const all = Promise.all([patch, idle, slowHead, silent].map(closed));
    await within(1000, 'the closing', server.running.closeLan());
    await within(300, 'the sockets to close', all);
    expect(await listeningOn(guest.port)).toEqual([]);
    // Nothing is left on it but the owner's side.
    expect(await listeningOn(server.port)).toEqual(['127.0.0.1']);
    expect((await listStaging(server.folder)).find(({ name }) => name.endsWith('.part'))?.sizeBytes).toBe(SENT);

    const again = await enter(await server.running.openLan({ host: '127.0.0.1', port: 0, https }), device);
    expect((await ask(again, 'HEAD', `${TUS_PATH}/${id}`, tus)).offset).toBe(String(SENT));
    const rest = await ask(again, 'PATCH', `${TUS_PATH}/${id}`, { ...tus, 'content-type': CHUNK_TYPE, 'upload-offset': SENT }, CONTENT.subarray(SENT));
    expect(rest.status).toBe(204);
    expect(await hashFile(join(server.folder, 'film.bin'))).toBe(sha256(CONTENT));
  });
});
