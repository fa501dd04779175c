import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import multicastDns, { type MulticastDNS, type ResponsePacket } from 'multicast-dns';
import { onTestFinished } from 'vitest';
import { waitUntil } from './wait-until.ts';

export type HeardRecord = NonNullable<ResponsePacket['answers']>[number];

/** Somebody else in the network, with real sockets and the library's own way of asking. */
export interface Neighbour {
  readonly wire: MulticastDNS;
  /** Every record that others of its network (of 256 addresses) said to all, in order. */
  readonly heard: HeardRecord[];
  /** Addresses that it is told for a name, asking until there is an answer. */
  ask(name: string): Promise<readonly string[]>;
}

/** A UDP port that nobody has. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '0.0.0.0');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** @param address of 127.0.0.0/8 that it speaks from */
export async function joinAsNeighbour(port: number, address: string): Promise<Neighbour> {
  const wire = multicastDns({ port, interface: address, bind: '0.0.0.0' });
  const heard: HeardRecord[] = [];
  const network = address.replace(/\d+$/u, '');
  wire.on('response', ({ answers = [] }, from) => { if (from.address !== address && from.address.startsWith(network)) heard.push(...answers); });
  wire.on('warning', () => undefined);
  onTestFinished(() => wire.destroy());
  await once(wire, 'ready');
  return {
    wire,
    heard,
    async ask(name) {
      const before = heard.length;
      const told = (): string[] => heard.slice(before).flatMap((record) => ((record.type === 'A' || record.type === 'AAAA') && record.name === name && record.ttl !== 0 ? [record.data] : []));
      await waitUntil(`an answer for ${name}`, () => {
        if (told().length > 0) return true;
        wire.query(name, 'A');
        return false;
      });
      return [...new Set(told())];
    },
  };
}
