import { isIPv4 } from 'node:net';
import type { NetworkAddress } from '../network-address.ts';

/** Whether that address is in one of these networks: others have no business on this card (RFC 6762, section 11). */
export function isOnLink(source: string, networks: readonly Pick<NetworkAddress, 'address' | 'netmask' | 'family'>[]): boolean {
  if (!isIPv4(source)) return false;
  return networks.some(({ address, netmask, family }) => family === 4 && (bitsOf(source) & bitsOf(netmask)) === (bitsOf(address) & bitsOf(netmask)));
}

function bitsOf(address: string): number {
  return Buffer.from(address.split('.').map(Number)).readInt32BE();
}
