import { Failure } from '../failure.ts';

const MOST_WRONG = 10;
const WINDOW_MS = 5 * 60_000;
const MOST_ADDRESSES = 10_000;

/** Counts wrong codes for each address, so that nobody can try them all. */
export interface WrongCodes {
  /** @throws Failure PIN_LOCKED when this address has guessed too often lately */
  requireUnlocked(address: string): void;
  count(address: string): void;
}

export function createWrongCodes(): WrongCodes {
  const tries = new Map<string, { count: number; readonly until: number }>();

  return {
    requireUnlocked(address) {
      const known = tries.get(address);
      if (known === undefined) return;
      const leftMs = known.until - Date.now();
      if (leftMs <= 0) tries.delete(address);
      else if (known.count >= MOST_WRONG) throw new Failure('PIN_LOCKED', { retryAfterS: Math.ceil(leftMs / 1000) });
    },
    count(address) {
      const known = tries.get(address) ?? { count: 0, until: Date.now() + WINDOW_MS };
      known.count += 1;
      tries.set(address, known);
      const oldest = tries.keys().next();
      if (tries.size > MOST_ADDRESSES && oldest.done !== true) tries.delete(oldest.value);
    },
  };
}
