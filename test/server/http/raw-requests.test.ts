import { describe, expect, test } from 'vitest';
import { readFailureCode, type HttpAnswer } from '../../helpers/http-answer.ts';
import { TEST_CODE, type TestServer } from '../../helpers/launch-server.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { openRaw, requestHead, sendRaw } from '../../helpers/raw-http.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { within } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const FORM = buildForm([file('a.txt', 'a')]);
const AUTH = `Authorization: Bearer ${TEST_CODE}`;

/** Sends a head (lines with CRLF) and a body; the disk must be as before, the next request must work. */
async function refuse(head: (server: TestServer) => string, body: Buffer | string = ''): Promise<HttpAnswer> {
  const server = await startTestServer();
  const disk = await watchDisk(server);
  const connection = await openRaw(server.port);
  await connection.write(Buffer.concat([Buffer.from(head(server)), Buffer.from(body)]));
  const answer = await within(5000, 'an answer', connection.answer);
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
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'REQUEST_INVALID']);
    expect(answer.headers['connection']).toBe('close');
  });

  test('A14: two Content-Lengths', async () => {
    const answer = await refuse((server) => upload(server, { 'Content-Length': 5 }).replace('Content-Length: 5', 'Content-Length: 5\r\nContent-Length: 6'), 'hello');
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'REQUEST_INVALID']);
  });

  test.each(['gzip, chunked', 'identity', 'chunked, chunked', 'xchunked', 'deflate'])('A15: Transfer-Encoding: %s', async (encoding) => {
    const answer = await refuse((server) => upload(server, { 'Transfer-Encoding': encoding, Connection: 'close' }), '0\r\n\r\n');
    // Node's own parser refuses what cannot be framed; the rest is ours to refuse.
    expect(['501 TRANSFER_ENCODING_UNSUPPORTED', '400 REQUEST_INVALID']).toContain(`${answer.status} ${readFailureCode(answer)}`);
    if (encoding === 'gzip, chunked') expect(answer.status).toBe(501);
    expect(answer.headers['connection']).toBe('close');
  });

  test.each(['gzip', 'br', 'deflate', 'zstd', 'identity, gzip'])('A16: Content-Encoding: %s is never unpacked', async (encoding) => {
    const answer = await refuse((server) => upload(server, { 'Content-Encoding': encoding, 'Content-Length': FORM.body.length }), FORM.body);
    expect([answer.status, readFailureCode(answer)]).toEqual([415, 'CONTENT_ENCODING_UNSUPPORTED']);
  });

  test('A17: a chunk size that is none, in mid-body', async () => {
    const server = await startTestServer();
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

  test('A20: a header called __proto__ changes nothing', async () => {
    const server = await startTestServer();
    for (const path of ['/', '/api/uploads', '/api/server', '/healthz', '/upload_status?key=x']) {
      const plain = await server.guest.request('GET', path);
      const answer = await sendRaw(server.port, `GET ${path} HTTP/1.1\r\nHost: ${server.host}\r\n${AUTH}\r\n__proto__: x\r\nconstructor: y\r\nConnection: close\r\n\r\n`);
      expect(answer.status).toBe(plain.status);
    }
  });

  test.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream', 'multipart/mixed; boundary=x', 'garbage', ''])(
    'A21: Content-Type %j on the upload address',
    async (type) => {
      const answer = await refuse((server) => upload(server, { 'Content-Type': type, 'Content-Length': 2 }), '{}');
      expect([answer.status, readFailureCode(answer)]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    },
  );

  test.each([['PUT', '/api/uploads'], ['PATCH', '/api/uploads'], ['TRACE', '/api/uploads'], ['DELETE', '/api/uploads'], ['PROPFIND', '/api/uploads'], ['PUT', '/api/uploads/x'], ['GET', '/api/session'], ['POST', '/healthz'], ['GET', '/uploadfile'], ['POST', '/api/server']])(
    'A22: %s %s is not allowed, and what is stands in Allow',
    async (method, path) => {
      const answer = await refuse((server) => requestHead(`${method} ${path} HTTP/1.1`, { Host: server.host, Authorization: `Bearer ${TEST_CODE}`, Connection: 'close' }));
      expect([answer.status, readFailureCode(answer)]).toEqual([405, 'METHOD_NOT_ALLOWED']);
      expect(answer.headers['allow']).toMatch(/GET|POST|DELETE/u);
    },
  );

  test.each(['http://evil.test/api/uploads', 'http://evil.test/', '//evil.test/api/uploads', '*', 'evil.test:443'])('A25: the target %s is never fetched elsewhere', async (target) => {
    const answer = await refuse((server) => `GET ${target} HTTP/1.1\r\nHost: ${server.host}\r\n${AUTH}\r\nConnection: close\r\n\r\n`);
    expect([200, 400, 404, 421]).toContain(answer.status);
    expect(answer.headers['location']).toBeUndefined();
  });

  test.each(['/api/%2e%2e/uploads', '/api/../uploadfile', '/..%2f..%2fetc/passwd', '/%00', '/%', '/%c0%ae%c0%ae/', '/api\\uploads', '/..\\..\\etc'])('the path %s leads nowhere', async (path) => {
    const answer = await refuse((server) => `GET ${path} HTTP/1.1\r\nHost: ${server.host}\r\n${AUTH}\r\nConnection: close\r\n\r\n`);
    expect([400, 404, 405]).toContain(answer.status);
    readFailureCode(answer);
  });

  test('D18: JSON over its limit and JSON of depth 10,000', async () => {
    const server = await startTestServer();
    const post = (path: string, body: string): Promise<HttpAnswer> => server.guest.request('POST', path, { headers: { 'content-type': 'application/json' }, body });
    const large = await post('/api/batches', `"${'x'.repeat((1 << 20) + 10)}"`);
    expect([large.status, readFailureCode(large)]).toEqual([413, 'BODY_TOO_LARGE']);
    const deep = await post('/api/batches', '['.repeat(10_000));
    expect(deep.status).toBe(400);
    readFailureCode(deep);
  });
});
