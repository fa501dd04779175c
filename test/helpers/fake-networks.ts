import type { NetworkAddress } from '../../server/network/network-address.ts';
import type { NetworkSource } from '../../server/network/network-watch.ts';

/**
 * Network cards whose addresses a test gives and takes. Any address of 127.0.0.0/8 works for real: all of them are this computer's own,
 * and its sockets tell them apart.
 */
export interface FakeNetworks {
  readonly source: NetworkSource;
  /** From the next look on. @param exitName interface of a VPN that takes everything */
  become(addresses: Readonly<Record<string, readonly string[]>>, exitName?: string): void;
}

export function createFakeNetworks(first: Readonly<Record<string, readonly string[]>>, netmask = '255.0.0.0'): FakeNetworks {
  let found: readonly NetworkAddress[] = [];
  let exit: string | null = null;
  const become: FakeNetworks['become'] = (addresses, exitName) => {
    found = Object.entries(addresses).flatMap(([name, all]) =>
      all.map((address) => ({ name, address, family: address.includes(':') ? 6 : 4, netmask, mac: '00:00:00:00:00:00' })));
    exit = exitName ?? found[0]?.name ?? null;
  };
  become(first);
  return { become, source: { addresses: () => found, routes: () => Promise.resolve({ defaultName: found[0]?.name ?? null, exitName: exit }) } };
}
