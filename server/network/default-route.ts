import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { systemErrorCode } from '../failure.ts';
import type { NetworkAddress } from './network-address.ts';

/** Where what leaves this computer goes. */
export interface Routes {
  /** Interface that leads to the router; null when none does. */
  readonly defaultName: string | null;
  /** Interface by which this computer goes out now: another one than the default when a VPN takes everything. */
  readonly exitName: string | null;
}

/** Addresses kept for documentation, which nobody has (RFC 5737, RFC 3849). */
const ELSEWHERE = { udp4: '203.0.113.1', udp6: '2001:db8::1' } as const;
/** The discard service (RFC 863). */
const SOME_PORT = 9;
const ROUTE_UP = 1;

/** @param found this computer's addresses */
export async function readRoutes(found: readonly NetworkAddress[]): Promise<Routes> {
  const exit = (await outgoingAddress('udp4')) ?? (await outgoingAddress('udp6'));
  const exitName = found.find(({ address }) => address === exit)?.name ?? null;
  return { defaultName: (await readRouteTable()) ?? exitName, exitName };
}

/** Name of the interface with the best default route, in the text of Linux's /proc/net/route; null when there is none. */
export function defaultRouteIn(table: string): string | null {
  const routes = table.split('\n').slice(1).map((line) => line.trim().split(/\s+/u)).flatMap(([name, destination, , flags = '0', , , metric = '0', mask]) =>
    name !== undefined && destination === '00000000' && mask === '00000000' && (Number.parseInt(flags, 16) & ROUTE_UP) !== 0 ? { name, metric: Number(metric) } : []);
  return routes.sort((left, right) => left.metric - right.metric)[0]?.name ?? null;
}

async function readRouteTable(): Promise<string | null> {
  try {
    return defaultRouteIn(await readFile('/proc/net/route', 'utf8'));
  } catch (error) {
    // Only Linux has it; where it is forbidden, the address by which we go out says nearly the same.
    if (systemErrorCode(error) === undefined) throw error;
    return null;
  }
}

/** The address that would be ours on the way out. A connected UDP socket knows it, and sends nothing. */
function outgoingAddress(type: 'udp4' | 'udp6'): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(type);
    const answer = (address: string | null): void => {
      socket.removeAllListeners().on('error', () => undefined).close();
      resolve(address);
    };
    socket.once('error', () => answer(null));
    socket.connect(SOME_PORT, ELSEWHERE[type], () => answer(socket.address().address));
  });
}
