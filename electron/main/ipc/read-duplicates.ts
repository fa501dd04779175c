import { DUPLICATE_POLICIES } from '../../../server/contracts/duplicates.ts';
import type { DuplicateRules } from '../../../server/contracts/duplicates.ts';
import { isRecord } from './guards.ts';

/** What a settings file or the window says of names that exist already; null when it makes no sense. */
export function readDuplicates(value: unknown): DuplicateRules | null {
  if (!isRecord(value)) return null;
  const { guestsChoose } = value;
  const policy = DUPLICATE_POLICIES.find((known) => known === value['policy']);
  return policy === undefined || typeof guestsChoose !== 'boolean' ? null : { policy, guestsChoose };
}
