import { networkInterfaces } from 'node:os';
import type { NetworkAddress } from './network-address.ts';

/** This computer's addresses that other devices could reach, in no order. */
export function readAddresses(): readonly NetworkAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, infos]) =>
    (infos ?? [])
      // Link-local IPv6 needs a zone, which no URL can carry.
      .filter(({ internal, family, address }) => !internal && !(family === 'IPv6' && /^fe[89ab]/iu.test(address)))
      .map(({ address, family, netmask, mac }) => ({ name, address, family: family === 'IPv6' ? (6 as const) : (4 as const), netmask, mac })),
  );
}
