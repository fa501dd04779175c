import { expect, test } from 'vitest';
import { readFailureCode, readJson, readQueue } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm } from '../../helpers/multipart.ts';
import { startTestServer } from '../../helpers/start-server.ts';

const SAFE = { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' };

test('a poll says in few bytes that nothing changed, and otherwise what did, to the owner and to its sender', async () => {
  const server = await startTestServer();
  const { revision } = await server.guest.queue();
  const path = `/api/uploads?since=${revision}`;
  const unchanged = await server.guest.request('GET', path);
  expect([unchanged.status, readJson(unchanged)]).toEqual([200, { revision, unchanged: true }]);
  expect(unchanged.headers).toMatchObject(SAFE);
  expect(unchanged.text.length).toBeLessThan(200);
  const [upload] = (await server.guest.send(buildAnnouncedForm([announced('Grüße 🎉.txt', 'hello')]))).uploads;
  for (const client of [server.guest, server.owner]) {
    const answer = await client.request('GET', path);
    expect(readQueue(answer)).toMatchObject({ full: false, uploads: [upload], removed: [], totals: { count: { stored: 1 } } });
    expect(Number(answer.headers['content-length'])).toBe(Buffer.byteLength(answer.text));
  }
  expect(await server.guest.records()).toEqual([upload]);
});

test.each(['', '?', '?since=', '?since=nonsense', '?since=a&since=b', '?other=1', '/?x=%zz'])('a poll of %j is answered with the whole queue', async (query) => {
  const server = await startTestServer();
  await server.guest.send(buildAnnouncedForm([announced('a.txt', 'a')]));
  expect(readQueue(await server.guest.request('GET', `/api/uploads${query}`))).toMatchObject({ full: true, uploads: [{ name: 'a.txt' }] });
});

test('a revision is understood however it is written', async () => {
  const server = await startTestServer();
  const { revision } = await server.guest.queue();
  for (const query of [`since=${encodeURIComponent(revision)}&x=1`, `x=1&since=${revision.replace('-', '%2D')}`]) {
    expect(readJson(await server.guest.request('GET', `/api/uploads?${query}`))).toEqual({ revision, unchanged: true });
  }
});

test('HEAD is answered like GET, without the body', async () => {
  const server = await startTestServer();
  const answer = await server.guest.request('HEAD', '/api/uploads');
  expect([answer.status, answer.text]).toEqual([200, '']);
  expect(answer.headers).toMatchObject(SAFE);
});

test.each([
  ['without a code', {}, 401, 'AUTH_REQUIRED'],
  ['with a wrong code', { authorization: 'Bearer WRONG1' }, 401, 'CODE_INVALID'],
  ['under a name that is not ours', { host: 'evil.example' }, 421, 'HOST_NOT_ALLOWED'],
  ['from another site', { origin: 'http://evil.example' }, 403, 'ORIGIN_NOT_ALLOWED'],
  ['from a page of another site', { 'sec-fetch-site': 'cross-site' }, 403, 'ORIGIN_NOT_ALLOWED'],
  ['inflated', { 'content-encoding': 'gzip' }, 415, 'CONTENT_ENCODING_UNSUPPORTED'],
])('a poll %s is refused as everything is', async (_how, headers, status, code) => {
  const server = await startTestServer();
  const client = code === 'AUTH_REQUIRED' ? server.stranger : server.guest;
  const answer = await client.request('GET', '/api/uploads', { headers });
  expect([answer.status, readFailureCode(answer)]).toEqual([status, code]);
  expect(answer.headers).toMatchObject(SAFE);
});

test('wrong codes in polls are counted once each', async () => {
  const server = await startTestServer();
  const ask = async (path: string): Promise<string> => readFailureCode(await server.stranger.request('GET', path, { headers: { authorization: 'Bearer WRONG1' } }));
  const elsewhere = await startTestServer();
  const askElsewhere = async (path: string): Promise<string> => readFailureCode(await elsewhere.stranger.request('GET', path, { headers: { authorization: 'Bearer WRONG1' } }));
  for (let attempt = 0; attempt < 12; attempt += 1) expect(await ask('/api/uploads')).toBe(await askElsewhere('/api/server'));
});
