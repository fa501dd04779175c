import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { TEST_CODE } from '../../helpers/launch-server.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { sendRaw } from '../../helpers/raw-http.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const FORM = buildForm([file('a.txt', 'a')]);
const AUTH = `Authorization: Bearer ${TEST_CODE}\r\n`;

describe('the Host header', () => {
  test.each(['/', '/assets/x.js', '/api/uploads', '/api/tus', '/nothing', '/healthz', '/upload_status?key=x'])('C5: a foreign name gets nothing from %s', async (path) => {
    const server = await startTestServer();
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const answer = await sendRaw(server.port, `${method} ${path} HTTP/1.1\r\nHost: evil.test:${server.port}\r\n${AUTH}Content-Length: 0\r\nConnection: close\r\n\r\n`);
      expect([answer.status, readFailureCode(answer)]).toEqual([421, 'HOST_NOT_ALLOWED']);
    }
  });

  test.each([
    '', '[', '127.0.0.1@evil', '127.0.0.1', 'localhost', '0.0.0.0:PORT', '[::]:PORT', '2130706433:PORT', '0x7f000001:PORT', '127.1:PORT', '127.0.0.1.evil.test:PORT', '127.0.0.1:PORT.evil.test',
    '127.0.0.1:PORT@evil', 'evil@127.0.0.1:PORT', '127.0.0.1:PORT/x', '127.0.0.1:1', 'localhost.:PORT', '127.0.0.1:PORT, evil.test', '127.0.0.1:0PORT', ' ', '127.0.0.1:PORT#', '__proto__',
  ])('A19, C20: %j is not us', async (host) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    for (const head of ['GET /api/uploads', 'POST /api/uploads', 'POST /api/tus']) {
      expectRefusal(await sendRaw(server.port, `${head} HTTP/1.1\r\nHost: ${host.replace('PORT', String(server.port))}\r\n${AUTH}Content-Length: 0\r\nConnection: close\r\n\r\n`), 421, 'HOST_NOT_ALLOWED');
    }
    await disk.expectClean();
    expect((await server.guest.request('GET', '/api/uploads')).status).toBe(200);
  });

  test.each(['Host: 127.0.0.1:PORT\r\nHost: evil.test', 'Host: evil.test\r\nHost: 127.0.0.1:PORT', 'Host: 127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT'])('A19: given twice is refused', async (lines) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    expectRefusal(await sendRaw(server.port, `GET /api/uploads HTTP/1.1\r\n${lines.replaceAll('PORT', String(server.port))}\r\n${AUTH}Connection: close\r\n\r\n`), 421, 'HOST_NOT_ALLOWED');
    await disk.expectClean();
  });

  test('A19: missing, on HTTP/1.1 and on HTTP/1.0, is refused', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    for (const version of ['1.1', '1.0']) expectRefusal(await sendRaw(server.port, `GET /api/uploads HTTP/${version}\r\n${AUTH}\r\n`), 421, 'HOST_NOT_ALLOWED');
    await disk.expectClean();
  });

  test.each(['127.0.0.1:PORT', 'localhost:PORT', 'LOCALHOST:PORT', '[::1]:PORT'])('%s is us', async (host) => {
    const server = await startTestServer();
    const answer = await sendRaw(server.port, `GET /api/uploads HTTP/1.1\r\nHost: ${host.replace('PORT', String(server.port))}\r\n${AUTH}Connection: close\r\n\r\n`);
    expect(answer.status).toBe(200);
  });

  test('further names are ours when the owner says so', async () => {
    const server = await startTestServer({ allowedHosts: ['files.example', 'other.example:8443', 'B\u00FCro.example'] });
    const ask = async (host: string): Promise<number> => (await sendRaw(server.port, `GET /api/uploads HTTP/1.1\r\nHost: ${host}\r\n${AUTH}Connection: close\r\n\r\n`)).status;
    expect(await ask('files.example')).toBe(200);
    expect(await ask('other.example:8443')).toBe(200);
    expect(await ask('other.example')).toBe(421);
    expect(await ask('sub.files.example')).toBe(421);
    // As browsers write it.
    expect(await ask('xn--bro-hoa.example')).toBe(200);
  });
});

describe('the Origin header', () => {
  test.each(['https://evil.test', 'http://evil.test', 'null', '', 'http://127.0.0.1.evil.test', 'http://127.0.0.1:1', 'https://127.0.0.1:1', 'http://localhost:PORT', 'http://10.0.0.1:PORT', 'file://', 'HTTP://127.0.0.1:PORT/x'])(
    'C6: %j is refused on every method',
    async (origin) => {
      const server = await startTestServer();
      const disk = await watchDisk(server);
      const headers = { origin: origin.replace('PORT', String(server.port)) };
      const answers = [await server.guest.request('GET', '/api/uploads', { headers }), await server.guest.post('/api/uploads', FORM, headers), await server.guest.request('DELETE', '/api/uploads/x', { headers })];
      for (const answer of answers) expect([answer.status, readFailureCode(answer)]).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
      await disk.expectClean();
    },
  );

  test('of our own page is welcome, also with TLS in front', async () => {
    const server = await startTestServer();
    expect((await server.guest.post('/api/uploads', FORM, { origin: server.url })).status).toBe(201);
    expect((await server.guest.post('/api/uploads', FORM, { origin: server.url.replace('http:', 'https:') })).status).toBe(201);
  });

  test.each(['/api/uploads', '/api/session', '/api/tus', '/'])('C10: a preflight from elsewhere to %s is allowed nothing', async (path) => {
    const server = await startTestServer();
    const answer = await server.stranger.request('OPTIONS', path, { headers: { origin: 'https://evil.test', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } });
    expect(answer.status).toBe(403);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

describe('every answer', () => {
  test.each([['GET', '/'], ['GET', '/api/uploads'], ['GET', '/api/nothing'], ['GET', '/healthz']])('C15: to %s %s has the headers that protect it', async (method, path) => {
    const server = await startTestServer();
    const answer = await server.guest.request(method, path);
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  test.each(['?next=javascript:alert(1)', '?msg=<script>alert(1)</script>', `?filter=${'('.repeat(50)}.+)+x`])('C24: echoes nothing of %j', async (query) => {
    const server = await startTestServer();
    const answer = await server.guest.request('GET', `/api/nothing${encodeURI(query)}`);
    expect([answer.status, readFailureCode(answer)]).toEqual([404, 'NOT_FOUND']);
    expect(answer.text).not.toMatch(/script|filter|next/u);
  });
});
