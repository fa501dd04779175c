import { encode, type Answer } from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { givesWay } from '../../../server/network/mdns/mdns-answers.ts';
import { readPacket, writePacket } from '../../../server/network/mdns/mdns-packet.ts';
import { mdnsRecords, type ForeignRecord, type MdnsRecord } from '../../../server/network/mdns/mdns-records.ts';
import { createOnLink } from '../../../server/network/mdns/on-link.ts';

const HOST = 'slipway.local';

function records(...addresses: readonly string[]): readonly MdnsRecord[] {
  const all = addresses.map((address) => ({ address, family: address.includes(':') ? (6 as const) : (4 as const) }));
  return mdnsRecords({ host: HOST, instance: 'Tower._http._tcp.local' }, { port: 8484, addresses: all }).filter(({ type }) => type === 'A' || type === 'AAAA');
}

function foreign(...answers: readonly Answer[]): readonly ForeignRecord[] {
  return readPacket(encode({ type: 'query', authorities: [...answers] }))?.authorities ?? [];
}

const a = (data: string): Answer => ({ type: 'A', name: 'SLIPWAY.local', data });
const aaaa = (data: string): Answer => ({ type: 'AAAA', name: HOST, data });

test('A15: bytes of any kind are read or left, and names that point at themselves or at each other do not go on for ever', () => {
  const start = Buffer.from([0, 0, 0, 0]);
  const counts = fc.uint8Array({ minLength: 8, maxLength: 8 });
  // Mostly pointers: they lead to names, to other pointers, to the middle of records.
  const pointers = fc.array(fc.tuple(fc.integer({ min: 0xc0, max: 0xff }), fc.nat(255)), { maxLength: 500 }).map((all) => Uint8Array.from(all.flat()));
  fc.assert(fc.property(fc.oneof(fc.tuple(counts, pointers), fc.tuple(counts, fc.uint8Array({ maxLength: 1400 }))), ([head, rest]) => {
    const packet = readPacket(Buffer.concat([start, head, rest]));
    expect(packet === null || packet.type === 'query').toBe(true);
  }), { numRuns: 500 });
  expect(readPacket(Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1]))).toBeNull();
});

test('A15: what is longer than a frame, of another operation or an error report is not read at all', () => {
  const question = Buffer.from(writePacket({ type: 'query', questions: [{ name: HOST, type: 'A' }] }));
  expect(readPacket(question)?.questions).toEqual([{ name: HOST, type: 'A', isForOne: false }]);
  expect(readPacket(Buffer.concat([question], 1500))).not.toBeNull();
  expect(readPacket(Buffer.concat([question], 1501))).toBeNull();
  for (const flags of [0x0800, 0x7800, 0x0001, 0x000f]) {
    const other = Buffer.from(question);
    other.writeUInt16BE(flags, 2);
    expect(readPacket(other)).toBeNull();
  }
});

test.each([
  ['an address that is larger', ['192.168.1.5'], [a('192.168.1.6')], true],
  ['an address that is smaller', ['192.168.1.5'], [a('192.168.1.4')], false],
  ['a larger one by its bytes, not by its digits', ['192.168.1.5'], [a('192.168.1.10')], true],
  ['the same, and one more', ['192.168.1.5'], [a('192.168.1.5'), aaaa('fd00::1')], true],
  ['one of ours', ['192.168.1.5', 'fd00::1'], [a('192.168.1.5')], false],
  ['the same', ['192.168.1.5'], [a('192.168.1.5')], false],
  ['another type, which is the larger one', ['192.168.1.5'], [aaaa('fd00::1')], true],
  ['another type, which is the smaller one', ['fd00::1'], [a('192.168.1.5')], false],
  ['of another name', ['192.168.1.5'], [{ ...a('192.168.1.6'), name: 'printer.local' }], false],
])('two ask for a name at once, and the other one has %s', (_what, ours, others, isLost) => {
  expect(givesWay(records(...ours), foreign(...others))).toBe(isLost);
});

test('who is in the same network is told by its address, over IPv6 also by the card that it came through', () => {
  const isNear = createOnLink([
    { address: '192.168.1.20', netmask: '255.255.255.0', family: 4 }, { address: '2001:db8:1:2::5', netmask: 'ffff:ffff:ffff:ffff::', family: 6 },
  ], 'wlan0');
  expect(['192.168.1.7', '2001:db8:1:2::99', 'fe80::1%wlan0'].filter((address) => !isNear(address))).toEqual([]);
  expect(['192.168.2.7', '10.0.0.1', '2001:db8:1:3::99', 'fe80::1%eth0', 'fe80::1', ''].filter(isNear)).toEqual([]);
});
