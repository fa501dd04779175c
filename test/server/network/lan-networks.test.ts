import { connect } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { LanSide } from '../../../server/index.ts';
import { createClient } from '../../helpers/client.ts';
import { createFakeNetworks } from '../../helpers/fake-networks.ts';
import { listeningOn } from '../../helpers/listening-on.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

const portOf = ({ addresses }: LanSide): number => Number(new URL(addresses[0] ?? '').port);
const statusAt = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> => (await createClient(url, null).request('GET', '/healthz', { headers })).status;

function deferred<Value>(): { readonly promise: Promise<Value>; readonly resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}

function seenFingerprint(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    }).once('error', reject);
  });
}

describe('the networks that the owner chose', () => {
  test('C19: it listens on their addresses and nowhere else, and answers only to them', async () => {
    const networks = createFakeNetworks({ wlan0: ['127.0.0.11'], eth0: ['127.0.0.12'], docker0: ['127.0.0.13'] });
    const server = await startTestServer({ networkSource: networks.source });
    const lan = await server.running.openLan({ host: '0.0.0.0', port: 0, interfaces: ['wlan0', 'gone0'] });
    const port = portOf(lan);
    expect(lan.addresses).toEqual([`http://127.0.0.11:${port}`]);
    expect(lan.ways).toMatchObject([{ network: 'wlan0', link: lan.link }]);
    expect(await listeningOn(port)).toEqual(['127.0.0.11']);
    expect(await statusAt(lan.addresses[0] ?? '')).toBe(200);
    for (const host of [`127.0.0.12:${port}`, `127.0.0.13:${port}`, `0.0.0.0:${port}`]) expect(await statusAt(lan.addresses[0] ?? '', { host })).toBe(421);
    // Other ones, with the code and the invitation that it has.
    const both = await server.running.openLan({ host: '0.0.0.0', port: 0, interfaces: ['wlan0', 'eth0'] });
    expect([portOf(both), both.code]).toEqual([port, lan.code]);
    expect(both.link).toBe(lan.link);
    expect(await listeningOn(port)).toEqual(['127.0.0.11', '127.0.0.12']);
    await server.running.closeLan();
    expect(await listeningOn(port)).toEqual([]);
    expect(server.running.networks()).toMatchObject([{ name: 'wlan0', kind: 'physical' }, { name: 'eth0' }, { name: 'docker0', kind: 'virtual' }]);
  });

  test('another address, none, and back: it listens on the right ones again, with the same port, code and invitation, and says so', async () => {
    const networks = createFakeNetworks({ wlan0: ['127.0.0.21'] });
    const server = await startTestServer({ networkSource: networks.source });
    const told: LanSide[] = [];
    const lan = await server.running.openLan({ host: '0.0.0.0', port: 0, interfaces: ['wlan0'], onChange: (side) => told.push(side) });
    const port = portOf(lan);
    const becomes = async (addresses: Readonly<Record<string, readonly string[]>>): Promise<LanSide | undefined> => {
      const before = told.length;
      networks.become(addresses);
      await server.running.lookAtNetworks();
      await waitUntil('the news of it', () => told.length > before);
      return told.at(-1);
    };
    const moved = await becomes({ wlan0: ['127.0.0.22'], eth0: ['127.0.0.29'] });
    expect(moved).toMatchObject({ addresses: [`http://127.0.0.22:${port}`], code: lan.code, link: lan.link.replace('.21:', '.22:'), network: 'fine' });
    expect(await listeningOn(port)).toEqual(['127.0.0.22']);
    expect((await createClient(moved?.addresses[0] ?? '', lan.code.replace(' ', '')).send(buildForm([file('a.txt', 'a')]))).status).toBe(201);
    await expect(statusAt(lan.addresses[0] ?? '')).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    expect(await becomes({ eth0: ['127.0.0.29'] })).toMatchObject({ addresses: [], ways: [], link: '', network: 'not-there' });
    expect(await listeningOn(port)).toEqual([]);
    expect(await becomes({})).toMatchObject({ network: 'none' });
    expect(await becomes({ wlan0: ['127.0.0.22', '127.0.0.23'] })).toMatchObject({ addresses: [`http://127.0.0.22:${port}`, `http://127.0.0.23:${port}`], network: 'fine' });
    expect(await listeningOn(port)).toEqual(['127.0.0.22', '127.0.0.23']);
  });

  test('that are not there yet are waited for', async () => {
    const networks = createFakeNetworks({});
    const server = await startTestServer({ networkSource: networks.source });
    const news = deferred<LanSide>();
    const lan = await server.running.openLan({ host: '0.0.0.0', port: 0, interfaces: ['wlan0'], onChange: (side) => { if (side.addresses.length > 0) news.resolve(side); } });
    expect(lan).toMatchObject({ addresses: [], link: '', network: 'none' });
    networks.become({ wlan0: ['127.0.0.31'] });
    const side = await news.promise;
    expect(await statusAt(side.addresses[0] ?? '')).toBe(200);
  });

  test('with HTTPS, the certificate is for a new address too, and the fingerprint that is shown is its own', async () => {
    const networks = createFakeNetworks({ wlan0: ['127.0.0.41'] });
    const server = await startTestServer({ networkSource: networks.source });
    const news = deferred<LanSide>();
    const lan = await server.running.openLan({
      host: '0.0.0.0', port: 0, https: true, interfaces: ['wlan0'],
      onChange: (side) => { if (side.fingerprint !== lan.fingerprint) news.resolve(side); },
    });
    networks.become({ wlan0: ['127.0.0.42'] });
    await server.running.lookAtNetworks();
    const side = await news.promise;
    expect(side.addresses).toEqual([`https://127.0.0.42:${portOf(lan)}`]);
    expect(await seenFingerprint('127.0.0.42', portOf(lan))).toBe(side.fingerprint);
  });

  test('the state of the network: self-assigned addresses only, and a VPN that takes everything', async () => {
    const networks = createFakeNetworks({ eth0: ['169.254.7.7'] });
    const server = await startTestServer({ networkSource: networks.source });
    expect(await server.running.openLan({ host: '0.0.0.0', port: 0 })).toMatchObject({ network: 'self-assigned' });
    networks.become({ eth0: ['192.168.1.5'], wg0: ['10.9.0.2'] }, 'wg0');
    await server.running.lookAtNetworks();
    expect(await server.running.openLan({ host: '0.0.0.0', port: 0 })).toMatchObject({ network: 'vpn' });
  });
});
