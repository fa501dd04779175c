import { networkInterfaces } from 'node:os';
import type { RankedAddress } from '../network-address.ts';

/** Most network cards on which the name is announced: the likeliest ones. */
const MOST_CARDS = 8;

/** A voice on one network card: over IPv4 or over IPv6, since not everybody hears both. */
export interface MdnsSpeaker {
  readonly family: 4 | 6;
  /** IPv4: address that it speaks from. */
  readonly address: string;
  /** How systems name the card beside an address of IPv6 (RFC 4007, section 11). */
  readonly zone: string;
  /** All addresses of that card. */
  readonly own: readonly RankedAddress[];
}

/**
 * Who is to speak, by what stays the same as long as it is the same network.
 * @param addresses what can be reached, best first
 */
export function mdnsSpeakers(addresses: readonly RankedAddress[]): ReadonlyMap<string, MdnsSpeaker> {
  // A VPN leads to people who are not in this room.
  const near = addresses.filter(({ kind }) => kind !== 'tunnel');
  const cards = [...new Set(near.map(({ name }) => name))].slice(0, MOST_CARDS);
  return new Map(cards.flatMap((name) => ([4, 6] as const).flatMap((family): readonly (readonly [string, MdnsSpeaker])[] => {
    const own = near.filter((each) => each.name === name);
    const address = own.find((each) => each.family === family)?.address;
    if (address === undefined) return [];
    // Addresses of IPv6 change from day to day in the same network; what is said comes from the link-local one.
    return [[family === 4 ? `${name} ${address}` : `${name} IPv6`, { family, address, own, zone: zoneOf(name) }]];
  })));
}

/** Windows numbers its cards. */
function zoneOf(name: string): string {
  if (process.platform !== 'win32') return name;
  const numbers = (networkInterfaces()[name] ?? []).map((info) => (info.family === 'IPv6' ? info.scopeid : 0));
  return String(numbers.find((number) => number > 0) ?? 0);
}
