import { describe, expect, test } from 'vitest';
import { clientAddress, noteClient, trustProxies } from '../../../server/http/client-address.ts';
import { createClient } from '../../helpers/client.ts';
import { findFreePort } from '../../helpers/free-port.ts';
import { readFailureCode, type HttpAnswer } from '../../helpers/http-answer.ts';
import { TEST_CODE, type TestServer } from '../../helpers/launch-server.ts';
import { startNginx } from '../../helpers/nginx.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { isSkipped } from '../../helpers/tools.ts';

const OURS = trustProxies(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);

function clientOf(peer: string, forwarded?: string, proxies = OURS): string | undefined {
  const request = { socket: { remoteAddress: peer }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } };
  noteClient(request, proxies);
  return clientAddress(request);
}

describe('where a request comes from', () => {
  test.each([
    ['the one that our proxy saw', '127.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['not the one that the client wrote', '127.0.0.1', '203.0.113.1, 198.51.100.7', '198.51.100.7'],
    ['past our proxies, one after the other', '127.0.0.1', '203.0.113.1, 198.51.100.7, 10.1.2.3, 10.9.9.9', '198.51.100.7'],
    ['a proxy of ours, when nobody is left of it', '127.0.0.1', '10.1.2.3', '10.1.2.3'],
    ['the proxy, when it says nothing', '127.0.0.1', undefined, '127.0.0.1'],
    ['the proxy, when it says nonsense', '127.0.0.1', '198.51.100.7, <script>', '127.0.0.1'],
    ['what is right of nonsense', '127.0.0.1', 'unknown, 10.1.2.3', '10.1.2.3'],
    ['with a port', '127.0.0.1', '198.51.100.7:5123', '198.51.100.7'],
    ['IPv6 in brackets with a port', '10.0.0.1', '[2001:db8::7]:5123', '2001:db8::7'],
    ['IPv6 behind IPv6', 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['IPv4 as IPv6 writes it', '::ffff:127.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['a peer of the same link', 'fe80::1%eth0', '198.51.100.7', 'fe80::1%eth0'],
    ['a client of the same link', '127.0.0.1', 'fe80::1%eth0', 'fe80::1%eth0'],
    ['the peer, when it is none of ours', '192.0.2.9', '198.51.100.7', '192.0.2.9'],
  ])('C14: %s', (_what, peer, forwarded, client) => {
    expect(clientOf(peer, forwarded)).toBe(client);
  });

  test('nobody is believed who was not named', () => {
    expect(clientOf('127.0.0.1', '198.51.100.7', trustProxies([]))).toBe('127.0.0.1');
  });

  test.each(['true', '*', '', '0.0.0.0/0', '::/0', '10.0.0.0/33', 'fd00::/129', '10.0.0', 'proxy.example', '10.0.0.0/-1', '10.0.0.0/8/8'])('C14: %j names no proxy: the server does not start', async (range) => {
    await expect(startTestServer({ trustedProxies: [range] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe.skipIf(isSkipped('nginx'))('behind a real nginx', () => {
  async function startBehind(options: { readonly trustedProxies?: readonly string[] }): Promise<{ readonly server: TestServer; readonly url: string }> {
    const port = await findFreePort();
    const server = await startTestServer({ ...options, allowedHosts: [`127.0.0.1:${port}`] });
    await startNginx(port, [server.port], { tellsAddress: true });
    return { server, url: `http://127.0.0.1:${port}` };
  }

  const enter = (url: string, code: string, from: string, forwarded?: string): Promise<HttpAnswer> => createClient(url, null).request('POST', '/api/session', {
    from, body: JSON.stringify({ code }), headers: { 'content-type': 'application/json', ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }) },
  });

  test('C14: each device counts for itself, also when it writes the header too; what the proxy says of host and scheme is not asked', async () => {
    const { server, url } = await startBehind({ trustedProxies: ['127.0.0.1'] });
    for (let turn = 0; turn < 5; turn += 1) expect((await enter(url, `WRONG${turn}`, '127.0.0.7', `203.0.113.${turn}`)).status).toBe(401);
    const locked = await enter(url, TEST_CODE, '127.0.0.7', '203.0.113.99');
    expect([locked.status, readFailureCode(locked)]).toEqual([429, 'PIN_LOCKED']);
    expect((await enter(url, TEST_CODE, '127.0.0.8')).status).toBe(201);

    // Programs have no session: each is known again by its address.
    const program = createClient(url, TEST_CODE);
    const form = buildForm([file('a.txt', 'a')]);
    for (const from of ['127.0.0.8', '127.0.0.9', '127.0.0.8']) expect((await program.request('POST', '/api/uploads', { from, headers: { 'content-type': form.contentType }, body: form.body })).status).toBe(201);
    const senders = (await server.owner.records()).map(({ sender }) => sender.id);
    expect([senders.length, new Set(senders).size]).toEqual([3, 2]);

    const elsewhere = await program.request('GET', '/api/server', { from: '127.0.0.9', headers: { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' } });
    expect(elsewhere.status).toBe(200);
    expect(elsewhere.text).not.toContain('evil');
    // nginx is on this computer; whom it speaks for is not.
    const health = await createClient(url, null).request('GET', '/healthz', { from: '127.0.0.9', headers: { 'x-forwarded-for': '127.0.0.1' } });
    expect(health.status).toBe(200);
  });

  test('C13: a proxy that was not named is one sender, whatever header it writes', async () => {
    const { server, url } = await startBehind({});
    for (let turn = 0; turn < 5; turn += 1) expect((await enter(url, `WRONG${turn}`, `127.0.0.${turn + 20}`)).status).toBe(401);
    expect((await enter(url, TEST_CODE, '127.0.0.77')).status).toBe(429);
    expect((await enter(server.url, TEST_CODE, '127.0.0.77', '127.0.0.1')).status).toBe(201);
  });
});
