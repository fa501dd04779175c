import { BlockList, isIPv6 } from 'node:net';
import type { NetworkAddress } from '../network-address.ts';

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/**
 * Tells whether an address is in one of these networks: others have no business on this card (RFC 6762, section 11). It is told the
 * address as a socket tells it, "192.168.1.2" or "fe80::1%eth0".
 * @param zone what systems call the card, after the %
 */
export function createOnLink(networks: readonly Pick<NetworkAddress, 'address' | 'netmask' | 'family'>[], zone: string): (source: string) => boolean {
  const list = new BlockList();
  for (const each of networks) list.addSubnet(each.address, prefixOf(each), each.family === 6 ? 'ipv6' : 'ipv4');
  return (source) => {
    const [address = '', from] = source.split('%');
    if (isIPv6(address) && LINK_LOCAL.check(address, 'ipv6')) return from === zone;
    return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  };
}

/** Bits that are set in "255.255.255.0" or "ffff:ffff::"; what is left out are zeros. */
function prefixOf({ netmask, family }: Pick<NetworkAddress, 'netmask' | 'family'>): number {
  const numbers = netmask.split(family === 6 ? ':' : '.').map((part) => Number.parseInt(part, family === 6 ? 16 : 10) || 0);
  return numbers.reduce((bits, number) => bits + number.toString(2).replaceAll('0', '').length, 0);
}
