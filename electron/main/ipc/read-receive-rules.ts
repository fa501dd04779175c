import { OFF_RULES } from '../../contracts/bridge.ts';
import type { ReceiveRules } from '../../contracts/bridge.ts';
import { isRecord, isStringArray } from './guards.ts';

const MOST_NETWORKS = 32;
const MOST_NAME_LENGTH = 64;

/** What a settings file or the window says of receiving; null when it makes no sense. */
export function readReceiveRules(value: unknown): ReceiveRules | null {
  if (!isRecord(value)) return null;
  const { networks } = value;
  const offAfter = OFF_RULES.find((known) => known === value['offAfter']);
  if (offAfter === undefined) return null;
  if (networks === null) return { networks, offAfter };
  const isUsable = isStringArray(networks, MOST_NETWORKS) && networks.every((name) => name.length > 0 && name.length <= MOST_NAME_LENGTH);
  return isUsable ? { networks: [...new Set(networks)], offAfter } : null;
}
