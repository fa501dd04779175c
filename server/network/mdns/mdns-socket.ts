import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { MulticastDNS, QueryPacket, ResponsePacket } from 'multicast-dns';
import type { MdnsRecord } from './mdns-records.ts';

const GROUP = '224.0.0.251';
/** RFC 6762, section 11. */
const HOPS = 255;

export type MdnsQuestion = NonNullable<QueryPacket['questions']>[number];
export type ForeignPacket = QueryPacket | ResponsePacket;

/** Where a packet came from. */
export interface Sender {
  readonly address: string;
  readonly port: number;
}

export interface MdnsPacket {
  readonly type: 'query' | 'response';
  readonly id?: number;
  readonly questions?: readonly MdnsQuestion[];
  readonly answers?: readonly MdnsRecord[];
  readonly authorities?: readonly MdnsRecord[];
  readonly additionals?: readonly MdnsRecord[];
}

export interface MdnsSocket {
  /** Resolves when it has left, or could not. @param to default: everybody */
  send(packet: MdnsPacket, to?: Sender): Promise<void>;
  close(): Promise<void>;
}

interface MdnsSocketOptions {
  /** IPv4 address of the network card that it speaks on. */
  readonly address: string;
  readonly port: number;
  /** Told of what comes from any card: systems do not keep them apart. */
  readonly onPacket: (packet: ForeignPacket, from: Sender) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** @throws what the system says: the port is somebody else's alone, the card has no multicast, the address is gone */
export async function openMdnsSocket({ address, port, onPacket, onTrouble }: MdnsSocketOptions): Promise<MdnsSocket> {
  // Only who listens for a network needs it.
  const { default: multicastDns } = await import('multicast-dns');
  const socket = await joinGroup(address, port);
  const wire: MulticastDNS = multicastDns({ socket, port, bind: false, multicast: false });
  const hear = (packet: ForeignPacket, from: Sender): void => {
    try {
      onPacket(packet, from);
    } catch (error) {
      // Bytes of strangers must not end a server.
      onTrouble(error);
    }
  };
  wire.on('query', hear).on('response', hear).on('error', onTrouble);
  // What is no packet at all is nobody's business.
  wire.on('warning', () => undefined);

  return {
    send: (packet, to) =>
      new Promise((resolve) => {
        const sent = (error?: Error | null): void => {
          if (error instanceof Error) onTrouble(error);
          resolve();
        };
        try {
          const { type, id = 0, questions = [], answers = [], authorities = [], additionals = [] } = packet;
          const whole = { id, questions: [...questions], answers: [...answers], authorities: [...authorities], additionals: [...additionals] };
          const target = { port, address: GROUP, ...to };
          if (type === 'query') wire.query(whole, target, sent);
          else wire.respond(whole, target, sent);
        } catch (error) {
          onTrouble(error);
          resolve();
        }
      }),
    close: () => new Promise((resolve) => wire.destroy(resolve)),
  };
}

async function joinGroup(address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  try {
    const listening = once(socket, 'listening');
    // Bound to an address of its own, it would not hear what is said to all.
    socket.bind(port, '0.0.0.0');
    await listening;
    socket.addMembership(GROUP, address);
    socket.setMulticastInterface(address);
    socket.setMulticastTTL(HOPS);
    // Other programs of this computer ask too.
    socket.setMulticastLoopback(true);
    return socket.unref();
  } catch (error) {
    socket.on('error', () => undefined).close();
    throw error;
  }
}
