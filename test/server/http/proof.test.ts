import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../helpers/client.ts';
import { createFakeNetworks } from '../../helpers/fake-networks.ts';
import { readFailureCode, readJson, type HttpAnswer } from '../../helpers/http-answer.ts';
import type { TestServer } from '../../helpers/launch-server.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { makeTempFolder } from '../../helpers/temp-folder.ts';

const HOSTS = ['127.0.0.1', '127.0.0.2'];
const NONCE = 'n'.repeat(40);
const OTHER_NONCE = 'm'.repeat(40);

const at = ({ port }: { readonly port: number }, host: string): string => `http://${host}:${port}`;

interface Page {
  readonly session: string;
  readonly key: string;
}

async function openPage(server: TestServer): Promise<Page> {
  const [, session = '', key = ''] = (await startSession({ url: at(server, '127.0.0.1') })).token?.split('.') ?? [];
  return { session, key };
}

const ask = (origin: string, { session }: Page, nonce = NONCE, headers = {}): Promise<HttpAnswer> =>
  createClient(origin, null).request('GET', `/api/proof?${new URLSearchParams({ nonce, session })}`, { headers });

const proofIn = (answer: HttpAnswer): unknown => readJson(answer)['proof'];

/** What a page expects to hear from the computer at that address. */
const expected = ({ key }: Page, origin: string, nonce = NONCE): string => createHmac('sha256', key).update(`slipway proof\n${nonce}\n${origin}`).digest('base64url');

describe('a page that looks for its computer', () => {
  test('recognizes it at each of its addresses by an answer for this question and this address', async () => {
    const server = await startTestServer({ host: HOSTS });
    const page = await openPage(server);
    for (const host of HOSTS) {
      const origin = at(server, host);
      const answer = await ask(origin, page);
      expect([answer.status, proofIn(answer)]).toEqual([200, expected(page, origin)]);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(proofIn(await ask(origin, page, OTHER_NONCE))).toBe(expected(page, origin, OTHER_NONCE));
    }
  });

  test('is not taken in by a stranger who passes its question on to the computer, or repeats an answer', async () => {
    const server = await startTestServer({ host: HOSTS });
    const page = await openPage(server);
    const real = at(server, '127.0.0.2');
    const relay = createServer((request, response) => {
      void createClient(real, null).request('GET', request.url ?? '').then(({ text }) => response.end(text));
    }).listen(server.port, '127.0.0.3');
    await once(relay, 'listening');
    onTestFinished(() => void relay.close());
    const stranger = at(server, '127.0.0.3');
    const relayed = proofIn(await ask(stranger, page));
    expect(relayed).toBe(expected(page, real));
    expect(relayed).not.toBe(expected(page, stranger));
    expect(relayed).not.toBe(expected(page, real, OTHER_NONCE));
  });

  test('gives nobody who knows what it asks anything that lets in', async () => {
    const server = await startTestServer({ host: HOSTS });
    const page = await openPage(server);
    const invented = Buffer.from(JSON.stringify(['page-x', 'x', Date.now() + 1e9, '', 0])).toString('base64url');
    for (const session of [page.session, invented, Buffer.from('slipway invitation').toString('base64url')]) {
      const answer = await ask(at(server, '127.0.0.2'), { ...page, session });
      expect([answer.status, Object.keys(readJson(answer))]).toEqual([200, ['proof']]);
      const tokens = [`s1.${session}.${String(proofIn(answer))}`, `i1.${String(proofIn(answer)).slice(0, 22)}`];
      for (const token of tokens) expect((await createClient(server.url, token).request('GET', '/api/server')).status).toBe(401);
      if (session !== page.session) expect(proofIn(answer)).not.toBe(expected(page, at(server, '127.0.0.2')));
    }
  });

  test.each(['', `nonce=${NONCE}`, 'session=x', 'nonce=short&session=x', `nonce=${NONCE}&session=`, `nonce=${NONCE}%0a&session=x`, `nonce=${NONCE}&nonce=${NONCE}&session=x`, `nonce=${NONCE}&session=${'x'.repeat(1025)}`])('asks in one way: %j is refused', async (query) => {
    const server = await startTestServer();
    const answer = await server.stranger.request('GET', `/api/proof?${query}`);
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'QUERY_INVALID']);
  });
});

describe('the answer to a page that looks for its computer', () => {
  test('can be read by pages of the computer\'s own addresses, also of one that it had, and by no other', async () => {
    const networks = createFakeNetworks({ wlan0: ['127.0.0.1', '127.0.0.2'] });
    const server = await startTestServer({ interfaces: ['wlan0'], networkSource: networks.source });
    const page = await openPage(server);
    const read = (origin: string): Promise<HttpAnswer> => ask(at(server, '127.0.0.2'), page, NONCE, { origin, 'sec-fetch-site': 'cross-site' });
    const old = at(server, '127.0.0.1');
    expect((await read(old)).headers).toMatchObject({ 'access-control-allow-origin': old, vary: 'Origin' });
    networks.become({ wlan0: ['127.0.0.2'] });
    await server.running.lookAtNetworks();
    expect((await read(old)).headers).toMatchObject({ 'access-control-allow-origin': old });
    for (const origin of ['null', 'http://evil.test', at(server, '127.0.0.3'), `${old}0`, old.replace('http:', 'https:')]) {
      const answer = await read(origin);
      expect([answer.status, readFailureCode(answer), answer.headers['access-control-allow-origin']]).toEqual([403, 'ORIGIN_NOT_ALLOWED', undefined]);
    }
    const other = await createClient(at(server, '127.0.0.2'), null).request('GET', '/api/server', { headers: { origin: old } });
    expect([other.status, other.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });

  test('can be asked for by the page alone: its policy names the other addresses, and nothing else does', async () => {
    const temp = await makeTempFolder();
    onTestFinished(temp.remove);
    await mkdir(join(temp.path, 'assets'));
    for (const name of ['index.html', 'assets/a.js']) await writeFile(join(temp.path, name), '');
    const networks = createFakeNetworks({ wlan0: ['127.0.0.1', '127.0.0.2', '127.0.0.4'], lo: ['::1'] });
    const server = await startTestServer({ interfaces: ['wlan0', 'lo'], networkSource: networks.source, pageFolder: temp.path, allowedHosts: ['files.example'] });
    const connects = async (origin: string, path: string, headers = {}): Promise<string | undefined> =>
      /connect-src (?<to>[^;]+);/u.exec((await createClient(origin, null).request('GET', path, { headers })).headers['content-security-policy'] ?? '')?.groups?.['to'];
    const own = at(server, '127.0.0.2');
    expect(await connects(own, '/')).toBe(`'self' ${at(server, '127.0.0.1')} ${at(server, '127.0.0.4')}`);
    for (const path of ['/assets/a.js', '/nothing', '/api/server', '/api/uploads']) expect(await connects(own, path)).toBe('\'self\'');
    for (const host of ['files.example', `localhost:${server.port}`]) expect(await connects(own, '/', { host })).toBe('\'self\'');
  });
});
