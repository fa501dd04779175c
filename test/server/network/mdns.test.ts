import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LanSide } from '../../../server/index.ts';
import { createClient } from '../../helpers/client.ts';
import { createFakeNetworks, type FakeNetworks } from '../../helpers/fake-networks.ts';
import { freeUdpPort, joinAsNeighbour, type HeardRecord, type Neighbour } from '../../helpers/mdns-neighbour.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import type { TestServer, TestServerOptions } from '../../helpers/launch-server.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

const PACE_MS = 20;
const FOREIGN = '10.20.30.40';

interface Setting {
  readonly server: TestServer;
  readonly networks: FakeNetworks;
  readonly neighbour: Neighbour;
  readonly udpPort: number;
  readonly open: (https?: boolean) => Promise<LanSide>;
  /** The name with its port, once it is shown. */
  readonly shown: (name: string) => Promise<LanSide>;
}

async function set(cards: Readonly<Record<string, readonly string[]>> = { wlan0: ['127.0.61.1'] }, options: TestServerOptions = {}): Promise<Setting> {
  const udpPort = await freeUdpPort();
  const neighbour = await joinAsNeighbour(udpPort, '127.0.61.9');
  const networks = createFakeNetworks(cards, '255.255.255.0');
  const server = await startTestServer({ networkSource: networks.source, mdns: { port: udpPort, paceMs: PACE_MS }, ...options });
  let side: LanSide | undefined;
  const shown = async (name: string): Promise<LanSide> => {
    await waitUntil(`the name ${name}`, () => side?.addresses.some((url) => new URL(url).hostname === name) === true);
    return side ?? server.running.openLan({ host: '0.0.0.0', port: 0 });
  };
  const open = (https = false): Promise<LanSide> => server.running.openLan({ host: '0.0.0.0', port: 0, https, interfaces: ['wlan0', 'docker0'], onChange: (now) => (side = now) });
  return { server, networks, neighbour, udpPort, open, shown };
}

const isGoodbye = (address: string) => (record: HeardRecord): boolean => record.type === 'A' && record.ttl === 0 && record.data === address;

describe('the name that neighbours are told', () => {
  test('leads to the addresses of this card and no other, is shown after the best address, and is answered', async () => {
    const { server, neighbour, open, shown } = await set({ wlan0: ['127.0.61.1', '127.0.61.2'], docker0: ['127.0.62.1'] });
    await open();
    const { addresses, ways } = await shown('slipway.local');
    const port = new URL(addresses[0] ?? '').port;
    expect(addresses.slice(0, 2)).toEqual([`http://127.0.61.1:${port}`, `http://slipway.local:${port}`]);
    expect(ways[1]).toMatchObject({ network: 'wlan0' });
    expect(await neighbour.ask('slipway.local')).toEqual(['127.0.61.1', '127.0.61.2']);
    await waitUntil('the service', () => neighbour.heard.some(({ type }) => type === 'SRV'));
    expect(neighbour.heard.find(({ type }) => type === 'SRV')).toMatchObject({ name: 'Test computer._http._tcp.local', data: { port: Number(port), target: 'slipway.local' } });
    const status = async (host: string): Promise<number> => (await createClient(addresses[0] ?? '', null).request('GET', '/healthz', { headers: { host } })).status;
    expect([await status(`slipway.local:${port}`), await status(`slipway-2.local:${port}`)]).toEqual([200, 421]);
    expect(server.log.filter(({ event }) => event === 'mdns:trouble')).toEqual([]);
  });

  test('is not said before the side is on, is taken back when it goes off, and follows the addresses', async () => {
    const { server, networks, neighbour, udpPort, open, shown } = await set();
    neighbour.wire.query('slipway.local', 'A');
    await open();
    await shown('slipway.local');
    // Another address: the old one is taken back or replaced, and the new one is told.
    networks.become({ wlan0: ['127.0.61.1', '127.0.61.3'] });
    await server.running.lookAtNetworks();
    await waitUntil('the new address', () => neighbour.heard.some((record) => record.type === 'A' && record.data === '127.0.61.3'));
    networks.become({ wlan0: ['127.0.61.1'] });
    await server.running.lookAtNetworks();
    await waitUntil('its end', () => neighbour.heard.some(isGoodbye('127.0.61.3')));
    expect(neighbour.heard.some(isGoodbye('127.0.61.1'))).toBe(false);
    await server.running.closeLan();
    await waitUntil('the goodbye', () => neighbour.heard.some(isGoodbye('127.0.61.1')));
    // Nobody listens any more: the port is free for one who shares it with nobody.
    neighbour.wire.destroy();
    const alone = createSocket({ type: 'udp4' }).bind(udpPort, '0.0.0.0');
    await once(alone, 'listening');
    alone.close();
  });

  test('is the next one when somebody has it, and when somebody turns out to have it later', async () => {
    const { neighbour, open, shown } = await set();
    const taken = new Set(['slipway.local']);
    neighbour.wire.on('query', ({ questions = [] }) => {
      for (const { name } of questions) if (taken.has(name)) neighbour.wire.respond([{ type: 'A', name, ttl: 120, data: FOREIGN }]);
    });
    await open();
    await shown('slipway-2.local');
    taken.add('slipway-2.local');
    neighbour.wire.respond([{ type: 'A', name: 'slipway-2.local', ttl: 120, data: FOREIGN }]);
    const { addresses } = await shown('slipway-3.local');
    expect(addresses).toHaveLength(2);
    expect(await neighbour.ask('slipway-3.local')).toEqual(['127.0.61.1']);
  });

  test('stays when somebody says once to have it, and does not when asked', async () => {
    const { server, neighbour, open, shown } = await set();
    await open();
    await shown('slipway.local');
    neighbour.wire.respond([{ type: 'A', name: 'slipway.local', ttl: 120, data: FOREIGN }]);
    let probes = 0;
    neighbour.wire.on('query', ({ authorities = [] }) => (probes += authorities.length > 0 ? 1 : 0));
    await waitUntil('that it asks again', () => probes >= 3);
    expect(await neighbour.ask('slipway.local')).toEqual(['127.0.61.1']);
    expect(server.log.filter(({ event }) => event === 'mdns:name')).toHaveLength(1);
  });

  test('with HTTPS, the certificate is for it', async () => {
    const { open, shown } = await set();
    const { fingerprint } = await open(true);
    const side = await shown('slipway.local');
    const { hostname: host, port } = new URL(side.addresses[0] ?? '');
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    expect(socket.getPeerX509Certificate()?.checkHost('slipway.local')).toBe('slipway.local');
    socket.destroy();
    expect(side.fingerprint).toBe(fingerprint);
  });

  test('is not told of a server that is for this computer alone', async () => {
    const { server, neighbour, udpPort } = await set();
    await server.running.openLan({ host: '127.0.61.1', port: 0 });
    // Somebody who finds the name free, twice: longer than it takes to get one.
    const other = await set({ wlan0: ['127.0.61.5'] }, { mdns: { port: udpPort, paceMs: PACE_MS } });
    for (const round of [1, 2]) {
      const addresses = (): string[] => neighbour.heard.flatMap((record) => (record.type === 'A' && record.ttl !== 0 ? [record.data] : []));
      const before = addresses().length;
      await other.open();
      await waitUntil(`the other one, time ${round}`, () => addresses().length > before);
      await other.shown('slipway.local');
      await other.server.running.closeLan();
      expect(new Set(addresses())).toEqual(new Set(['127.0.61.5']));
    }
    expect(server.log.filter(({ event }) => event.startsWith('mdns:'))).toEqual([]);
  });

  test('is not given up for what comes from another network', async () => {
    const { neighbour, udpPort, open, shown } = await set();
    const far = await joinAsNeighbour(udpPort, '127.0.77.9');
    let tries = 0;
    far.wire.on('query', ({ questions = [] }) => {
      for (const { name } of questions) far.wire.respond([{ type: 'A', name, ttl: 120, data: FOREIGN }], () => (tries += 1));
    });
    await open();
    await shown('slipway.local');
    expect(tries).toBeGreaterThan(0);
    expect(await neighbour.ask('slipway.local')).toEqual(['127.0.61.1']);
  });
});

describe('C25: what the network says', () => {
  test('C25: names of 10 kB of HTML are neither shown nor logged, and our own is cut to what a name may hold', async () => {
    const html = '<img src=x onerror=alert(1)>'.repeat(350);
    const { server, neighbour, open, shown } = await set(undefined, { name: `Tower ${html}` });
    await open();
    await shown('slipway.local');
    neighbour.wire.respond([
      { type: 'TXT', name: '<b>x</b>._http._tcp.local', ttl: 120, data: html.match(/.{1,200}/gu) ?? [] },
      { type: 'PTR', name: '_http._tcp.local', ttl: 120, data: '<b>x</b>._http._tcp.local' },
    ]);
    neighbour.wire.query('<b>x</b>.local', 'A');
    expect(await neighbour.ask('slipway.local')).toEqual(['127.0.61.1']);
    const label = neighbour.heard.find(({ type }) => type === 'SRV')?.name.replace('._http._tcp.local', '') ?? '';
    expect(label.startsWith('Tower <img')).toBe(true);
    expect(Buffer.byteLength(label)).toBeLessThanOrEqual(63);
    expect(JSON.stringify([server.log, await open()])).not.toContain('<b>');
  });

  test('A15: no bytes end it, and one who asks two hundred times is answered once a second at most', async () => {
    const { server, neighbour, udpPort, open, shown } = await set();
    await open();
    await shown('slipway.local');
    const socket = createSocket('udp4').bind(0, '127.0.61.8');
    await once(socket, 'listening');
    socket.setMulticastInterface('127.0.61.8');
    const send = (bytes: Uint8Array): Promise<void> => new Promise((resolve, reject) => socket.send(bytes, udpPort, '224.0.0.251', (error) => (error === null ? resolve() : reject(error))));
    const head = fc.constantFrom([0, 0, 0, 0], [0, 0, 0x84, 0]);
    const packet = fc.tuple(head, fc.uint8Array({ maxLength: 600 })).map(([start, rest]) => Uint8Array.from([...start, ...rest]));
    await fc.assert(fc.asyncProperty(fc.oneof(packet, fc.uint8Array({ maxLength: 1400 })), send), { numRuns: 300 });
    socket.close();
    expect(await neighbour.ask('slipway.local')).toEqual(['127.0.61.1']);
    const before = neighbour.heard.length;
    const startMs = performance.now();
    for (let round = 0; round < 200; round += 1) neighbour.wire.query('slipway.local', 'A');
    await waitUntil('that all are through', () => {
      if (neighbour.heard.slice(before).some(({ type }) => type === 'PTR')) return true;
      neighbour.wire.query('_http._tcp.local', 'PTR');
      return false;
    });
    const said = neighbour.heard.slice(before).filter(({ type }) => type === 'A').length;
    expect(said).toBeLessThanOrEqual(2 + (performance.now() - startMs) / (PACE_MS * 4));
    expect(server.log.filter(({ event }) => event === 'mdns:trouble').length).toBeLessThanOrEqual(3);
  });
});
