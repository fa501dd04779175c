import { X509Certificate } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { request as openHttps } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { createClient } from '../helpers/client.ts';
import { hashFile, STAGING_NAME } from '../helpers/disk.ts';
import { readFailureCode } from '../helpers/http-answer.ts';
import { TEST_CODE, type TestServer } from '../helpers/launch-server.ts';
import { announced, buildAnnouncedForm } from '../helpers/multipart.ts';
import { openRaw, requestHead } from '../helpers/raw-http.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import { within } from '../helpers/wait-until.ts';
import { watchDisk } from '../helpers/watch-disk.ts';

const pemOf = (folder: string): Promise<string> => readFile(join(folder, STAGING_NAME, 'https.pem'), 'utf8');

/** Trusts this one certificate and nothing else, and checks the name in it. */
async function send(server: TestServer, body: Buffer, contentType: string): Promise<number | undefined> {
  const ca = await pemOf(server.folder);
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TEST_CODE}`, 'content-type': contentType, 'content-length': body.length };
    openHttps(`${server.url}/api/uploads`, { method: 'POST', ca, agent: false, headers }, (answer) => resolve(answer.resume().statusCode)).once('error', reject).end(body);
  });
}

function shakeHands(server: TestServer, ca: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port: server.port, ca }, () => resolve(socket)).once('error', reject);
  });
}

const closed = (socket: Socket): Promise<void> => new Promise((resolve) => {
  socket.resume().once('close', () => resolve()).on('error', () => undefined);
});

describe('HTTPS', () => {
  test('takes files, with a certificate for this computer whose fingerprint it tells', async () => {
    const server = await startTestServer({ https: true });
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/u);
    const disk = await watchDisk(server);
    const bytes = sampleBytes(3_000_000);
    const form = buildAnnouncedForm([announced('safe.bin', bytes)]);
    expect(await send(server, form.body, form.contentType)).toBe(201);
    expect(await hashFile(join(server.folder, 'safe.bin'))).toBe(sha256(bytes));
    await disk.expectDone({ 'safe.bin': bytes });
    const socket = await shakeHands(server, await pemOf(server.folder));
    expect(socket.getPeerCertificate().fingerprint256).toBe(server.running.fingerprint);
    socket.destroy();
  });

  test('on the same port, a browser without it is sent to it, by our names only; programs are told before they send', async () => {
    const server = await startTestServer({ https: true });
    const disk = await watchDisk(server);
    const plain = createClient(server.url.replace('https:', 'http:'), null);
    const page = await plain.request('GET', '/?x=1');
    expect([page.status, page.headers['location'], page.text]).toEqual([307, `${server.url}/?x=1`, '']);
    // Whoever turns HTTPS off again must not have browsers that remember.
    expect(page.headers['cache-control']).toBe('no-store');
    for (const [path, host] of [['/', 'evil.test'], ['/', '127.0.0.1:1'], ['/api/server', 'evil.test']] as const) {
      const answer = await plain.request('GET', path, { headers: { host } });
      expect([answer.status, answer.headers['location']]).toEqual([421, undefined]);
    }
    for (const path of ['//evil.test/', '/api/server', '/healthz', '/upload_status?key=x']) {
      const answer = await plain.request('GET', path);
      expect([answer.status, answer.headers['location']]).toEqual([426, undefined]);
      expect(readFailureCode(answer)).toBe('HTTPS_REQUIRED');
    }
    const connection = await openRaw(server.port);
    await connection.write(requestHead('POST /api/uploads HTTP/1.1', { Host: server.host, Authorization: `Bearer ${TEST_CODE}`, 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': 50_000_000 }));
    const answer = await within(2000, 'the refusal', connection.answer);
    expect([answer.status, readFailureCode(answer), answer.headers['upgrade']]).toEqual([426, 'HTTPS_REQUIRED', 'TLS/1.2, HTTP/1.1']);
    await within(2000, 'the connection to close', connection.closed);
    await disk.expectClean();
  });

  test('who comes without it and asks before sending a body is not invited to send it unencrypted', async () => {
    const server = await startTestServer({ https: true });
    const connection = await openRaw(server.port);
    const heard: Buffer[] = [];
    connection.socket.on('data', (bytes) => heard.push(bytes));
    await connection.write(requestHead('POST /api/uploads HTTP/1.1', { Host: server.host, Expect: '100-continue', 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': 50_000_000 }));
    await within(2000, 'the connection to close', connection.closed);
    expect(Buffer.concat(heard).toString()).toMatch(/^HTTP\/1\.1 426 /u);
  });

  test('connections that say nothing, nonsense, or half a handshake are closed, and nobody else notices', async () => {
    const server = await startTestServer({ https: true, connectionLimits: { headersTimeoutMs: 600 } });
    const ca = await pemOf(server.folder);
    const all = [Buffer.alloc(0), Buffer.from([22]), Buffer.from([22, 3, 1, 0, 5, 1, 2]), Buffer.from('\0\0\0\0'), Buffer.from('GET'), Buffer.from('SSH-2.0-x\r\n\r\n')].map((said) => {
      const socket = connectPlain(server.port, '127.0.0.1');
      if (said.length > 0) socket.write(said);
      return closed(socket);
    });
    const working = await shakeHands(server, ca);
    await within(5000, 'all of them to close', Promise.all(all));
    working.destroy();
    const form = buildAnnouncedForm([announced('after.txt', 'x')]);
    expect(await send(server, form.body, form.contentType)).toBe(201);
  });

  test('closes with the side it belongs to, whatever hangs on it', async () => {
    const server = await startTestServer({ secretFolder: (await makeTempFolder()).path });
    const lan = await server.running.openLan({ host: '127.0.0.1', port: 0, https: true });
    expect(lan.link).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/#i1\./u);
    expect(lan.fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/u);
    const port = Number(new URL(lan.addresses[0] ?? '').port);
    const silent = connectPlain(port, '127.0.0.1');
    const halfPlain = connectPlain(port, '127.0.0.1');
    halfPlain.write('GET / HT');
    const secure = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await new Promise((resolve) => secure.once('secureConnect', resolve));
    const all = Promise.all([silent, halfPlain, secure].map(closed));
    await within(1500, 'the closing', server.running.closeLan());
    await within(500, 'the connections to close', all);
  });

  test('keeps its certificate over a restart, for this user alone; one that ends soon, is cut or misses a name is made anew', async () => {
    const { path, remove } = await makeTempFolder();
    try {
      const folder = join(path, 'uploads');
      const start = async (allowedHosts: readonly string[] = []): Promise<string | null> => {
        const server = await startTestServer({ folder, https: true, allowedHosts });
        await server.stop();
        return server.running.fingerprint;
      };
      const first = await start();
      expect((await stat(join(folder, STAGING_NAME, 'https.pem'))).mode & 0o777).toBe(0o600);
      expect(await start()).toBe(first);
      const named = await start(['files.example:8443', 'B\u00FCro.example']);
      expect(named).not.toBe(first);
      expect(new X509Certificate(await pemOf(folder)).checkHost('files.example')).toBe('files.example');
      expect(new X509Certificate(await pemOf(folder)).checkHost('xn--bro-hoa.example')).toBe('xn--bro-hoa.example');
      // What it was for stays in it.
      expect(await start()).toBe(named);
      await writeFile(join(folder, STAGING_NAME, 'https.pem'), (await pemOf(folder)).slice(0, 700));
      expect(await start()).not.toBe(named);
    } finally {
      await remove();
    }
  });
});
