import type { NetworkState } from '../contracts/lan.ts';
import { kindOf } from './rank-addresses.ts';
import { addressesBehind } from './listen-on.ts';
import type { NetworkWatch } from './network-watch.ts';

/** What stands between this computer and a phone, as far as this computer can know. @param open what is listened on */
export function networkState(network: NetworkWatch, open: readonly string[]): NetworkState {
  const all = network.addresses();
  if (all.length === 0) return 'none';
  const reachable = addressesBehind(open, all);
  if (reachable.length === 0) return 'not-there';
  if (reachable.every(({ isSelfAssigned }) => isSelfAssigned)) return 'self-assigned';
  const exit = all.find(({ name }) => name === network.routes().exitName);
  return exit !== undefined && kindOf(exit) === 'tunnel' ? 'vpn' : 'fine';
}
