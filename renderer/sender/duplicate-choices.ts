import type { DuplicatePolicy } from '../../server/contracts/duplicates.ts';

/** What each batch goes with when a name exists already. A batch that has begun keeps what it began with. */
export interface DuplicateChoices {
  /** @param allowed what the server lets this sender name now */
  decide(batch: string, allowed: readonly DuplicatePolicy[]): void;
  /** Undefined: whatever is usual on the server. */
  of(batch: string): DuplicatePolicy | undefined;
}

/** @param wanted what the person has chosen; null when nothing */
export function createDuplicateChoices(wanted: () => DuplicatePolicy | null): DuplicateChoices {
  const chosen = new Map<string, DuplicatePolicy | null>();
  return {
    decide(batch, allowed) {
      const policy = chosen.get(batch) ?? (chosen.has(batch) ? null : wanted());
      chosen.set(batch, policy !== null && allowed.includes(policy) ? policy : null);
    },
    of: (batch) => chosen.get(batch) ?? undefined,
  };
}
