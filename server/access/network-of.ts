import { isIPv6 } from 'node:net';

/** By what those are told apart who come from elsewhere. With IPv6, one device has a whole /64 of addresses to come from (RFC 4291, section 2.5.4). */
export function networkOf(address: string): string {
  // An IPv4 address as IPv6 writes it ends in one; `::ffff:1:2:3:4:5` does not, and is of a network as any other.
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = [], tail] = address.split('::', 2).map((part) => part.split(':').filter((group) => group !== ''));
  const groups = tail === undefined ? head : [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return groups.slice(0, 4).join(':');
}
