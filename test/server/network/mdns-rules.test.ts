import { networkInterfaces } from 'node:os';
import type { Answer } from 'dns-packet';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { MdnsSettings } from '../../../server/network/mdns/mdns-settings.ts';
import type { LanSide } from '../../../server/index.ts';
import { createFakeNetworks } from '../../helpers/fake-networks.ts';
import { joinAsAsker, type Asker } from '../../helpers/mdns-asker.ts';
import { freeUdpPort, joinAsNeighbour, type HeardRecord, type Neighbour } from '../../helpers/mdns-neighbour.ts';
import { hearIpv6 } from '../../helpers/mdns-ipv6.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

const PACE_MS = 20;
const HOST = 'slipway.local';
const OWN: Answer = { type: 'A', name: HOST, ttl: 120, data: '127.0.61.1' };

interface Room {
  readonly udpPort: number;
  readonly neighbour: Neighbour;
  readonly named: () => Promise<unknown>;
  /** Waits until it is ours, and said twice, as it has to be. */
  readonly settled: () => Promise<unknown>;
  readonly join: (isLegacy?: boolean) => Promise<Asker>;
  /** What the neighbour has heard since it was asked the last time, and is sure to have heard. */
  readonly heardSince: (asker: Asker) => Promise<readonly HeardRecord[]>;
}

/** A computer that says its name, a neighbour that listens. */
async function room(cards: Readonly<Record<string, readonly string[]>> = { wlan0: ['127.0.61.1'] }, settings: Partial<MdnsSettings> = {}, netmask = '255.255.255.0'): Promise<Room> {
  const udpPort = await freeUdpPort();
  const neighbour = await joinAsNeighbour(udpPort, '127.0.61.9');
  const server = await startTestServer({ networkSource: createFakeNetworks(cards, netmask).source, mdns: { port: udpPort, paceMs: PACE_MS, ...settings } });
  let side: LanSide | undefined;
  await server.running.openLan({ host: '0.0.0.0', port: 0, interfaces: Object.keys(cards), onChange: (now) => (side = now) });
  const isOfName = (url: string): boolean => new URL(url).hostname === HOST;
  let [at, count] = [0, 0];
  return {
    udpPort, neighbour,
    named: () => waitUntil('the name', () => side?.addresses.some(isOfName)),
    settled: () => waitUntil('both announcements', () => side?.addresses.some(isOfName) === true && neighbour.heard.filter(({ type }) => type === 'SRV').length >= 2),
    join: (isLegacy) => joinAsAsker(udpPort, '127.0.61.8', isLegacy),
    async heardSince(asker) {
      const name = `mark-${(count += 1)}.local`;
      await asker.say([{ type: 'A', name, ttl: 1, data: '127.0.61.8' }]);
      const isMark = (record: HeardRecord): boolean => 'name' in record && record.name === name;
      await waitUntil('the mark', () => neighbour.heard.some(isMark));
      const end = neighbour.heard.findIndex(isMark);
      const since = neighbour.heard.slice(at, end);
      at = end + 1;
      return since;
    },
  };
}

describe('a question', () => {
  test('of one who wants the answer for itself is answered to it alone', async () => {
    const { settled, join, heardSince } = await room();
    await settled();
    const asker = await join();
    await heardSince(asker);
    await asker.ask([{ name: HOST, type: 'A' }, { name: HOST, type: 'AAAA' }], { isForOne: true });
    await waitUntil('the answer', () => asker.told.length > 0);
    expect(asker.told[0]?.answers?.map(({ type }) => type)).toEqual(['A', 'NSEC']);
    expect(asker.told[0]).toMatchObject({ id: 0, questions: [], flag_aa: true, answers: [{ name: HOST, ttl: 120, flush: true, data: '127.0.61.1' }, {}] });
    expect((await heardSince(asker)).filter(({ type }) => type === 'A')).toEqual([]);
  });

  test('from a program that knows nothing of mDNS gets its number and question back, for ten seconds at most, and for itself', async () => {
    const { settled, join, heardSince } = await room();
    await settled();
    const [asker, program] = [await join(), await join(true)];
    await heardSince(asker);
    await program.ask([{ name: 'Slipway.local', type: 'A' }, { name: 'printer.local', type: 'A' }], { id: 4711 });
    await waitUntil('the answer', () => program.told.length > 0);
    expect(program.told[0]).toMatchObject({ id: 4711, type: 'response', questions: [{ name: HOST, type: 'A' }], answers: [{ type: 'A', ttl: 10, flush: false, data: '127.0.61.1' }] });
    expect((await heardSince(asker)).filter(({ type }) => type === 'A')).toEqual([]);
    // Whoever asks on and on is not answered on and on, in somebody else's name either.
    const startMs = performance.now();
    for (let round = 0; round < 150; round += 1) await program.ask([{ name: HOST, type: 'A' }], { id: round });
    // Asked until it is heard: of so many questions at once not all are listened to.
    await waitUntil('that all are through', async () => {
      await asker.ask([{ name: '_http._tcp.local', type: 'PTR' }]);
      return (await heardSince(asker)).some(({ type }) => type === 'PTR');
    });
    expect(program.told.length).toBeLessThanOrEqual(40 * (2 + (performance.now() - startMs) / (PACE_MS * 4)));
  });

  test('is not answered to those who know the answer, also when they say so in the next packet', async () => {
    const { settled, join, heardSince } = await room();
    await settled();
    const asker = await join();
    /** Asks until the other question in the same packet is answered: what was said less than a second ago is not said again. */
    const isAnswered = async (known: readonly Answer[], isTruncated = false): Promise<boolean> => {
      await heardSince(asker);
      const heard: HeardRecord[] = [];
      await waitUntil('an answer to the other question', async () => {
        await asker.ask([{ name: HOST, type: 'A' }, { name: 'Test computer._http._tcp.local', type: 'TXT' }], { isTruncated, ...(isTruncated ? {} : { known }) });
        if (isTruncated) await asker.ask([], { known });
        heard.push(...(await heardSince(asker)));
        return heard.some(({ type }) => type === 'TXT');
      });
      return heard.some((record) => record.type === 'A' && record.name === HOST);
    };
    expect(await isAnswered([{ ...OWN, ttl: 59 }])).toBe(true);
    expect(await isAnswered([{ ...OWN, ttl: 60 }])).toBe(false);
    expect(await isAnswered([{ ...OWN, ttl: 4000, data: '127.0.61.77' }])).toBe(true);
    expect(await isAnswered([{ ...OWN, ttl: 60 }], true)).toBe(false);
    expect(await isAnswered([{ ...OWN, ttl: 59 }], true)).toBe(true);
  });
});

test('what is ours alone is said at once, and what others may have too a little later', async () => {
  const { settled, join, neighbour } = await room();
  await settled();
  const asker = await join();
  const packets: string[] = [];
  neighbour.wire.on('response', ({ answers = [] }) => packets.push(answers.map(({ type }) => type).join(' ')));
  // All was said together: as soon as one may be said again, all may.
  await waitUntil('that a second is over', async () => {
    await asker.ask([{ name: 'Test computer._http._tcp.local', type: 'TXT' }]);
    return packets.includes('TXT');
  });
  await asker.ask([{ name: '_http._tcp.local', type: 'PTR' }, { name: HOST, type: 'A' }]);
  await waitUntil('the later answer', () => packets.includes('PTR'));
  expect(packets.filter((types) => types !== 'TXT')).toEqual(['A', 'PTR']);
});

describe('one name, two who want it', () => {
  const probe = (data: string): { readonly wanted: readonly Answer[] } => ({ wanted: [{ type: 'A', name: HOST, ttl: 120, data }] });

  test('the other one comes first and goes away: the name is asked for again, and ours', async () => {
    const { named, neighbour, join } = await room();
    const asker = await join();
    let probes = 0;
    neighbour.wire.on('query', ({ authorities = [] }, from) => {
      if (from.address !== '127.0.61.1' || authorities.length === 0) return;
      probes += 1;
      if (probes === 1) void asker.ask([{ name: HOST, type: 'A' }], probe('200.0.0.1'));
    });
    await named();
    // One that counted for nothing, and three.
    expect(probes).toBeGreaterThanOrEqual(4);
  });

  test('the other one comes second: nothing changes', async () => {
    const { named, neighbour, join } = await room();
    const asker = await join();
    let probes = 0;
    neighbour.wire.on('query', ({ authorities = [] }, from) => {
      if (from.address !== '127.0.61.1' || authorities.length === 0) return;
      probes += 1;
      void asker.ask([{ name: HOST, type: 'A' }], probe('10.0.0.1'));
    });
    await named();
    expect(probes).toBe(3);
  });

  test('two cards of this computer in one network are no two', async () => {
    const { named, neighbour } = await room({ wlan0: ['127.0.61.1'], eth0: ['127.0.61.2'] });
    await named();
    expect((await neighbour.ask(HOST)).length).toBeGreaterThan(0);
    await waitUntil('both announcements of both', () => neighbour.heard.filter(({ type }) => type === 'SRV').length >= 4);
    expect(neighbour.heard.filter((record) => record.type === 'A' && record.name !== HOST)).toEqual([]);
  });
});

/** A card with an address that neighbours have over IPv6, where there is one. */
const ipv6 = Object.entries(networkInterfaces()).flatMap(([name, infos]) =>
  (infos ?? []).some(({ family, internal, address }) => !internal && family === 'IPv6' && address.startsWith('fe80')) ? (infos ?? []).flatMap(({ family, address, netmask }) => (family === 'IPv6' && !address.startsWith('fe80') ? [{ name, address, netmask }] : [])) : [])[0];

test.skipIf(ipv6 === undefined)('a computer that has IPv6 alone is found over IPv6, and says that it has nothing else', async () => {
  const { name, address, netmask } = ipv6 ?? { name: '', address: '', netmask: '' };
  const { udpPort, named } = await room({ [name]: [address] }, {}, netmask);
  const listener = await hearIpv6(udpPort, name);
  onTestFinished(listener.stop);
  await named();
  await waitUntil('its address', () => listener.heard.some((record) => record.type === 'AAAA' && record.name === HOST && record.data === address));
  await listener.ask(HOST, 'A');
  await waitUntil('that it has no other', () => listener.heard.some((record) => record.type === 'NSEC' && record.data.rrtypes.join() === 'AAAA'));
});
