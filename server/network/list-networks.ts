import type { LanNetwork } from '../contracts/lan.ts';
import type { RankedAddress } from './network-address.ts';

/** More than this no list can show. */
const MOST_NETWORKS = 32;
const MOST_NAME_LENGTH = 64;

/** Addresses by the interface they belong to, in the order of the best of each. */
export function listNetworks(addresses: readonly RankedAddress[]): readonly LanNetwork[] {
  const names = [...new Set(addresses.map(({ name }) => name))].filter((name) => name.length <= MOST_NAME_LENGTH).slice(0, MOST_NETWORKS);
  return names.flatMap((name) => {
    const own = addresses.filter((each) => each.name === name);
    const best = own[0];
    return best === undefined ? [] : [{ name, kind: best.kind, addresses: own.map(({ address }) => address) }];
  });
}
