import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createClient } from '../../helpers/client.ts';
import { STAGING_NAME } from '../../helpers/disk.ts';
import { readFailureCode, readJson, type HttpAnswer } from '../../helpers/http-answer.ts';
import { OWNER_TOKEN, TEST_CODE } from '../../helpers/launch-server.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { openRaw, requestHead } from '../../helpers/raw-http.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { within } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const FORM = buildForm([file('a.txt', 'a')]);

function basic(user: string, password: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

describe('who may come in', () => {
  test('C1: without a code nobody, and the body is not read', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const before = await stat(join(server.folder, STAGING_NAME));
    const connection = await openRaw(server.port);
    await connection.write(requestHead('POST /api/uploads HTTP/1.1', { Host: server.host, 'Content-Type': FORM.contentType, 'Content-Length': 50_000_000 }));
    const answer = await within(2000, 'the refusal', connection.answer);
    expect([answer.status, readFailureCode(answer), answer.headers['connection']]).toEqual([401, 'AUTH_REQUIRED', 'close']);
    await within(3000, 'the connection to close', connection.closed);
    expect((await stat(join(server.folder, STAGING_NAME))).mtimeMs).toBe(before.mtimeMs);
    await disk.expectClean();
  });

  test.each([['GET', '/api/uploads'], ['GET', '/api/server'], ['POST', '/api/batches'], ['DELETE', '/api/uploads/x'], ['POST', '/uploadfile'], ['GET', '/upload_status?key=x'], ['GET', '/api/nothing']])(
    '%s %s needs a code',
    async (method, path) => {
      const server = await startTestServer();
      const answer = await server.stranger.request(method, path);
      expect([answer.status, readFailureCode(answer)]).toEqual([401, 'AUTH_REQUIRED']);
    },
  );

  test('the code opens the door as a bearer token and as a password of any user', async () => {
    const server = await startTestServer();
    for (const headers of [{ authorization: `Bearer ${TEST_CODE}` }, { authorization: `bearer ${TEST_CODE}` }, basic('', TEST_CODE), basic('anybody', TEST_CODE)]) {
      expect((await server.stranger.post('/api/uploads', FORM, headers)).status).toBe(201);
    }
  });

  test.each([
    ['a wrong code', 'Bearer WRONG1', 'CODE_INVALID'],
    ['a wrong long token', `Bearer ${'x'.repeat(43)}`, 'TOKEN_INVALID'],
    ['a password that is wrong', `Basic ${Buffer.from(':WRONG1').toString('base64')}`, 'CODE_INVALID'],
  ])('%s is refused', async (_what, authorization, code) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const answer = await server.stranger.post('/api/uploads', FORM, { authorization });
    expect(answer.status).toBe(401);
    expect([code, 'CODE_INVALID', 'TOKEN_INVALID']).toContain(readFailureCode(answer));
    await disk.expectClean();
  });

  test.each(['Bearer', 'Bearer ', 'Basic', 'Basic !!!!', 'Digest x=y', `Bearer ${TEST_CODE} x`, `${TEST_CODE}`, 'Bearer '.repeat(1000)])('the header %j opens nothing', async (authorization) => {
    const server = await startTestServer();
    const answer = await server.stranger.request('GET', '/api/uploads', { headers: { authorization } });
    expect(answer.status).toBe(401);
    readFailureCode(answer);
  });

  test.each(['token', 'code', 'access_token', 'key', 'authorization'])('C4: a code in the query (%s) is ignored and never logged', async (name) => {
    const server = await startTestServer();
    const answer = await server.stranger.request('GET', `/api/uploads?${name}=${TEST_CODE}`);
    expect([answer.status, readFailureCode(answer)]).toEqual([401, 'AUTH_REQUIRED']);
    expect(answer.text).not.toContain(TEST_CODE);
    expect(JSON.stringify(server.log)).not.toContain(TEST_CODE);
  });

  test('neither codes nor tokens nor paths stand in the log', async () => {
    const server = await startTestServer();
    const session = await startSession(server);
    await session.send(FORM);
    await server.owner.records();
    await server.stranger.post('/api/uploads', FORM, { authorization: 'Bearer WRONG7' });
    const log = JSON.stringify(server.log);
    for (const secret of [TEST_CODE, OWNER_TOKEN, session.token ?? '', 'WRONG7', server.folder]) expect(log).not.toContain(secret);
  });

  test('C13: wrong codes in any header count too, whatever a proxy header says', async () => {
    const server = await startTestServer();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await server.stranger.request('GET', '/api/uploads', { headers: { authorization: `Bearer WRONG${attempt}`, 'x-forwarded-for': `10.0.0.${attempt}` } });
    }
    const answer = await server.stranger.request('GET', '/api/uploads', { headers: { authorization: 'Bearer WRONGX', 'x-forwarded-for': '10.0.0.99' } });
    expect([answer.status, readFailureCode(answer)]).toEqual([429, 'PIN_LOCKED']);
  });

  test('a session tells who one is and until when', async () => {
    const server = await startTestServer();
    const answer = await server.stranger.request('POST', '/api/session', {
      headers: { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1' },
      body: JSON.stringify({ code: TEST_CODE }),
    });
    expect(answer.status).toBe(201);
    const reply = readJson(answer);
    expect(reply).toMatchObject({ token: expect.stringMatching(/^[\x21-\x7e]{22,}$/u), sender: { kind: 'page', name: expect.stringContaining('iPhone') } });
    expect(reply['expiresAtMs']).toBeGreaterThan(Date.now());
    expect(answer.headers['cache-control']).toContain('no-store');
  });

  test('a device with a secret of its own is the same sender again, also on another server; the secret lets nobody in', async () => {
    const secret = randomBytes(32).toString('hex');
    const open = async (device: string, code = TEST_CODE): Promise<HttpAnswer> => {
      // A server of its own each time, as after a restart: nothing but the secret is the same.
      const server = await startTestServer();
      return server.stranger.request('POST', '/api/session', { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code, device }) });
    };
    const senderOf = async (device: string): Promise<unknown> => readJson(await open(device))['sender'];
    const first = await senderOf(secret);
    expect(await senderOf(secret)).toEqual(first);
    expect(await senderOf(randomBytes(32).toString('hex'))).not.toEqual(first);
    expect(JSON.stringify(first)).not.toContain(secret);
    expect((await open(secret, 'WRONG1')).status).toBe(401);
  });

  test.each(['{"code":1}', '{"code":null}', '[]', 'null', '{', '{"code":{"a":1}}', '{"device":1}', '{"device":"short"}', `{"device":"${'x'.repeat(129)}"}`, ''])('a session body %j is refused, not believed', async (body) => {
    const server = await startTestServer();
    const answer = await server.stranger.request('POST', '/api/session', { headers: { 'content-type': 'application/json' }, body });
    expect([400, 401]).toContain(answer.status);
    readFailureCode(answer);
  });

  test('a server that asks for no code lets everybody in', async () => {
    const server = await startTestServer({ code: null });
    expect(server.running.code).toBeNull();
    expect((await createClient(server.url, null).send(FORM)).status).toBe(201);
    expect((await server.stranger.request('POST', '/api/session', { headers: { 'content-type': 'application/json' }, body: '{}' })).status).toBe(201);
  });

  test('the state of the server is free to see from this computer', async () => {
    const server = await startTestServer();
    const answer = await server.stranger.request('GET', '/healthz');
    expect([answer.status, readJson(answer)]).toEqual([200, { status: 'ok', cache: 'ok' }]);
  });

  test('GET /api/server tells what a sender needs to know', async () => {
    const server = await startTestServer({ maxFileBytes: 1000 });
    const answer = await server.guest.request('GET', '/api/server');
    expect(readJson(answer)).toMatchObject({
      name: 'Test computer', limits: { maxFileBytes: 1000, maxFilesPerRequest: 2000 }, addresses: [server.url], on: { code: true, lan: false, cache: 'ok' },
    });
    expect(answer.text).not.toContain(server.folder);
  });
});
