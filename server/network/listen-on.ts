import type { RankedAddress } from './network-address.ts';

/** Where a server listens. */
export type ListenOn =
  /** Every address that this computer has, now and later. */
  | { readonly kind: 'everywhere' }
  /** Addresses or names; `0.0.0.0` and `::` for all of a kind. */
  | { readonly kind: 'hosts'; readonly hosts: readonly string[] }
  /** The addresses of these interfaces, whichever they have at the time. */
  | { readonly kind: 'interfaces'; readonly names: readonly string[] };

/** Every address of IPv4 and IPv6. */
export const ANY_IPV4 = '0.0.0.0';
export const ANY_IPV6 = '::';

/** What to listen on now. */
export function hostsToOpen(where: ListenOn, addresses: readonly RankedAddress[]): readonly string[] {
  switch (where.kind) {
    case 'everywhere': return [ANY_IPV4, ANY_IPV6];
    case 'hosts': return [...new Set(where.hosts)];
    case 'interfaces': return addresses.filter(({ name }) => where.names.includes(name)).map(({ address }) => address);
    default: return where satisfies never;
  }
}

/** Which of this computer's addresses lead to what is listened on. @param open what is listened on */
export function addressesBehind(open: readonly string[], addresses: readonly RankedAddress[]): readonly RankedAddress[] {
  // Alone, Node's `::` takes IPv4 too.
  const isOpen = ({ address, family }: RankedAddress): boolean =>
    open.includes(address) || open.includes(family === 6 ? ANY_IPV6 : ANY_IPV4) || (open.includes(ANY_IPV6) && !open.includes(ANY_IPV4));
  return addresses.filter(isOpen);
}
