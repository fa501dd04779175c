import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { readFailureCode, type HttpAnswer } from '../../helpers/http-answer.ts';
import { launchServer, TEST_CODE, type TestServer } from '../../helpers/launch-server.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { openRaw, requestHead, sendRaw } from '../../helpers/raw-http.ts';
import { within } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const FORM = buildForm([file('a.txt', 'a')]);
/** 20 kB that unpack to a form of 20 MB. */
const BOMB = gzipSync(Buffer.concat([FORM.body.subarray(0, FORM.spans[0]?.end), Buffer.alloc(20_000_000), FORM.body.subarray(FORM.spans[0]?.end)]));
const AUTH = `Authorization: Bearer ${TEST_CODE}`;

let server: TestServer;

beforeAll(async () => {
  server = await launchServer();
});

afterAll(() => server.stop());

/** Sends a head (lines with CRLF) and a body; the disk must be as before, the next request must work. */
async function refuse(head: (server: TestServer) => string, body: Buffer | string = ''): Promise<HttpAnswer> {
  const disk = await watchDisk(server);
  const connection = await openRaw(server.port);
  await connection.write(Buffer.concat([Buffer.from(head(server)), Buffer.from(body)]));
  const answer = await within(5000, 'an answer', connection.answer);
  if (answer.headers['connection'] === 'close') await within(5000, 'the connection to close', connection.closed);
  connection.socket.destroy();
  await disk.expectClean();
  expect((await server.guest.request('GET', '/api/uploads')).status).toBe(200);
  return answer;
}

function upload(server: TestServer, headers: Readonly<Record<string, string | number>>): string {
  return requestHead('POST /api/uploads HTTP/1.1', { Host: server.host, Authorization: `Bearer ${TEST_CODE}`, 'Content-Type': FORM.contentType, ...headers });
}

describe('requests no browser would send', () => {
  test('A13: Content-Length and Transfer-Encoding together', async () => {
    const answer = await refuse((server) => upload(server, { 'Content-Length': 5, 'Transfer-Encoding': 'chunked' }), '0\r\n\r\n');
    expectRefusal(answer, 400, 'REQUEST_INVALID');
    expect(answer.headers['connection']).toBe('close');
  });

  test('A14: two Content-Lengths', async () => {
    const answer = await refuse((server) => upload(server, { 'Content-Length': 5 }).replace('Content-Length: 5', 'Content-Length: 5\r\nContent-Length: 6'), 'hello');
    expectRefusal(answer, 400, 'REQUEST_INVALID');
    expect(answer.headers['connection']).toBe('close');
  });

  test.each([
    // What cannot be framed at all is refused by Node's own parser; the rest is ours to refuse.
    ['gzip, chunked', 501, 'TRANSFER_ENCODING_UNSUPPORTED'], ['identity', 501, 'TRANSFER_ENCODING_UNSUPPORTED'], ['chunked, chunked', 400, 'REQUEST_INVALID'],
    ['xchunked', 501, 'TRANSFER_ENCODING_UNSUPPORTED'], ['deflate', 501, 'TRANSFER_ENCODING_UNSUPPORTED'],
  ] as const)('A15: Transfer-Encoding: %s', async (encoding, status, code) => {
    const answer = await refuse((from) => upload(from, { 'Transfer-Encoding': encoding }), '0\r\n\r\n');
    expectRefusal(answer, status, code);
    expect(answer.headers['connection']).toBe('close');
  });

  test.each(['gzip', 'br', 'deflate', 'zstd', 'identity, gzip'])('A16: Content-Encoding: %s is never unpacked', async (encoding) => {
    expectRefusal(await refuse((from) => upload(from, { 'Content-Encoding': encoding, 'Content-Length': BOMB.length }), BOMB), 415, 'CONTENT_ENCODING_UNSUPPORTED');
  });

  test('A17: a chunk size that is none, in mid-body', async () => {
    const disk = await watchDisk(server);
    const connection = await openRaw(server.port);
    await connection.write(`${upload(server, { 'Transfer-Encoding': 'chunked' })}${FORM.body.length.toString(16)}\r\n`);
    await connection.write(FORM.body.subarray(0, 20));
    await connection.write(Buffer.concat([FORM.body.subarray(20), Buffer.from('\r\nzz\r\n')]));
    const answer = await connection.answer.catch(() => undefined);
    if (answer !== undefined) expect(answer.status).toBe(400);
    await within(3000, 'the connection to close', connection.closed);
    await disk.expectClean();
    expect((await server.guest.send(FORM)).status).toBe(201);
  });

  test.each([
    ['a line of garbage', () => 'hello there\r\n\r\n', [400]],
    ['lines without CR', (server: TestServer) => `GET /api/uploads HTTP/1.1\nHost: ${server.host}\n\n`, [400]],
    ['a space before the colon', (server: TestServer) => `GET / HTTP/1.1\r\nHost : ${server.host}\r\n\r\n`, [400]],
    ['a header of 17 KB', (server: TestServer) => `GET / HTTP/1.1\r\nHost: ${server.host}\r\nX-Long: ${'x'.repeat(17 * 1024)}\r\n\r\n`, [431]],
    ['a folded header', (server: TestServer) => `GET / HTTP/1.1\r\nHost: ${server.host}\r\nX-Folded: a\r\n b\r\n\r\n`, [400, 401, 404]],
    ['a NUL in a header', (server: TestServer) => `GET / HTTP/1.1\r\nHost: ${server.host}\r\nX-Nul: a\0b\r\n\r\n`, [400]],
    ['HTTP/9.9', (server: TestServer) => `GET / HTTP/9.9\r\nHost: ${server.host}\r\n\r\n`, [400, 505]],
    ['a TLS greeting', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
  ] as const)('A18: %s gets a status and the envelope', async (_what, head, statuses) => {
    const answer = await refuse(head);
    expect(statuses).toContain(answer.status);
    readFailureCode(answer);
  });

  test('A20: a header called __proto__ changes nothing, whatever the address', async () => {
    const disk = await watchDisk(server);
    const routes = ['GET /', 'GET /api/uploads', 'GET /api/uploads/x', 'DELETE /api/uploads/x', 'POST /api/uploads', 'POST /api/batches', 'POST /api/session', 'GET /api/server', 'OPTIONS /api/tus',
      'POST /api/tus', 'PATCH /api/tus/x', 'DELETE /api/tus/x', 'POST /uploadfile', 'GET /upload_status?key=x', 'GET /healthz', 'GET /nothing'];
    for (const route of routes) {
      const ask = (more: string): Promise<HttpAnswer> => sendRaw(server.port, `${route} HTTP/1.1\r\nHost: ${server.host}\r\n${AUTH}\r\n${more}Content-Length: 0\r\nConnection: close\r\n\r\n`);
      const [plain, odd] = [await ask(''), await ask('__proto__: x\r\nconstructor: y\r\n')];
      expect([route, odd.status]).toEqual([route, plain.status]);
      expect(plain.status).toBeLessThan(500);
    }
    await disk.expectClean();
  });

  test.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream', 'multipart/mixed; boundary=x', 'garbage', ''])(
    'A21: Content-Type %j on the upload address',
    async (type) => {
      const answer = await refuse((server) => upload(server, { 'Content-Type': type, 'Content-Length': 2 }), '{}');
      expectRefusal(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
    },
  );

  test.each([['PUT', '/api/uploads'], ['PATCH', '/api/uploads'], ['TRACE', '/api/uploads'], ['DELETE', '/api/uploads'], ['PROPFIND', '/api/uploads'], ['PUT', '/api/uploads/x'], ['GET', '/api/session'], ['POST', '/healthz'], ['GET', '/uploadfile'], ['POST', '/api/server']])(
    'A22: %s %s is not allowed, and what is stands in Allow',
    async (method, path) => {
      const answer = await refuse((server) => requestHead(`${method} ${path} HTTP/1.1`, { Host: server.host, Authorization: `Bearer ${TEST_CODE}`, Connection: 'close' }));
      expectRefusal(answer, 405, 'METHOD_NOT_ALLOWED');
      expect(answer.headers['allow']).toMatch(/GET|POST|DELETE/u);
    },
  );

  test('A22: a method that nobody knows is no request', async () => {
    expectRefusal(await refuse((from) => requestHead('FETCHIT /api/uploads HTTP/1.1', { Host: from.host })), 400, 'REQUEST_INVALID');
  });

  test.each(['http://evil.test/api/uploads', 'http://evil.test/', '//evil.test/api/uploads', '*', 'evil.test:443'])('A25: the target %s is never fetched elsewhere', async (target) => {
    const answer = await refuse((server) => `GET ${target} HTTP/1.1\r\nHost: ${server.host}\r\n${AUTH}\r\nConnection: close\r\n\r\n`);
    expect([400, 404]).toContain(answer.status);
    readFailureCode(answer);
    expect(answer.headers['location']).toBeUndefined();
  });

  test.each(['/api/%2e%2e/uploads', '/api/../uploadfile', '/..%2f..%2fetc/passwd', '/%00', '/%', '/%c0%ae%c0%ae/', '/api\\uploads', '/..\\..\\etc'])('the path %s leads nowhere', async (path) => {
    const answer = await refuse((server) => `GET ${path} HTTP/1.1\r\nHost: ${server.host}\r\n${AUTH}\r\nConnection: close\r\n\r\n`);
    expect([400, 404, 405]).toContain(answer.status);
    readFailureCode(answer);
  });

  test('D18: JSON over its limit and JSON of depth 10,000', async () => {
    const disk = await watchDisk(server);
    const post = (path: string, body: string): Promise<HttpAnswer> => server.guest.request('POST', path, { headers: { 'content-type': 'application/json' }, body });
    expectRefusal(await post('/api/batches', `"${'x'.repeat((1 << 20) + 10)}"`), 413, 'BODY_TOO_LARGE');
    expectRefusal(await post('/api/session', JSON.stringify({ code: 'x'.repeat(20_000) })), 413, 'BODY_TOO_LARGE');
    for (const path of ['/api/batches', '/api/session']) expectRefusal(await post(path, '['.repeat(10_000)), 400, 'BODY_INVALID');
    expectRefusal(await post('/api/batches', `{"files":${'['.repeat(10_000)}${']'.repeat(10_000)}}`), 400, 'MANIFEST_INVALID');
    await disk.expectClean();
  });
});
