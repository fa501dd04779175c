import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readPacket, writePacket, type ForeignPacket, type MdnsPacket } from './mdns-packet.ts';
import type { MdnsSpeaker } from './mdns-speakers.ts';

/** RFC 6762, section 3. */
const GROUPS = { 4: '224.0.0.251', 6: 'ff02::fb' } as const;
/** Section 11. */
const HOPS = 255;
/** More packets than that in a second are not even read. */
const MOST_PER_SECOND = 200;

/** Where a packet came from. */
export interface Sender {
  readonly address: string;
  readonly port: number;
}

export interface MdnsSocket {
  /** Resolves when it has left, or could not. @param to default: everybody */
  send(packet: MdnsPacket, to?: Sender): Promise<void>;
  close(): Promise<void>;
}

interface MdnsSocketOptions {
  readonly speaker: Pick<MdnsSpeaker, 'family' | 'address' | 'zone'>;
  readonly port: number;
  /** Whether to read what comes from there: systems do not keep cards apart. */
  readonly isNear: (address: string) => boolean;
  readonly onPacket: (packet: ForeignPacket, from: Sender) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** @throws what the system says: the port is somebody else's alone, the card has no multicast, the address is gone */
export async function openMdnsSocket({ speaker, port, isNear, onPacket, onTrouble }: MdnsSocketOptions): Promise<MdnsSocket> {
  const socket = await joinGroup(speaker, port);
  let read = 0;
  let sinceMs = 0;

  function isTooMuch(): boolean {
    const nowMs = performance.now();
    if (nowMs - sinceMs > 1000) [read, sinceMs] = [0, nowMs];
    read += 1;
    return read > MOST_PER_SECOND;
  }

  socket.on('error', onTrouble);
  socket.on('message', (bytes, from) => {
    if (!isNear(from.address) || isTooMuch()) return;
    const packet = readPacket(bytes);
    if (packet !== null) onPacket(packet, from);
  });

  return {
    send: (packet, to) =>
      new Promise((resolve) => {
        const sent = (error?: unknown): void => {
          if (error instanceof Error) onTrouble(error);
          resolve();
        };
        try {
          socket.send(writePacket(packet), to?.port ?? port, to?.address ?? GROUPS[speaker.family], sent);
        } catch (error) {
          // Closed meanwhile, or what is to be said cannot be written.
          sent(error);
        }
      }),
    close: () => new Promise((resolve) => void socket.close(resolve)),
  };
}

async function joinGroup({ family, address, zone }: MdnsSocketOptions['speaker'], port: number): Promise<Socket> {
  const socket = createSocket({ type: `udp${family}`, reuseAddr: true, ipv6Only: family === 6 });
  const card = family === 4 ? address : `::%${zone}`;
  try {
    const listening = once(socket, 'listening');
    // Bound to an address of its own, it would not hear what is said to all.
    socket.bind(port, family === 4 ? '0.0.0.0' : '::');
    await listening;
    socket.addMembership(GROUPS[family], card);
    socket.setMulticastInterface(card);
    socket.setMulticastTTL(HOPS);
    // Other programs of this computer ask too.
    socket.setMulticastLoopback(true);
    return socket.unref();
  } catch (error) {
    socket.on('error', () => undefined).close();
    throw error;
  }
}
