import { Failure } from '../failure.ts';
import { networkOf } from './network-of.ts';

/** Somebody who reads a code off a screen gets it right by then. */
const MOST_WRONG = 5;
const MOST_WRONG_OF_ALL = 60;
const WINDOW_MS = 5 * 60_000;
const MOST_ADDRESSES = 10_000;

/** Counts wrong codes, of each address and of all together, so that nobody can try them all. */
export interface WrongCodes {
  /** @throws Failure PIN_LOCKED when this address, or all together, have guessed too often lately */
  requireUnlocked(address: string): void;
  /** @returns true when it is the one too many of all together: the code should be another one now */
  count(address: string): boolean;
  /** There is a new code: what was guessed of the old one says nothing about it. Addresses that guessed too often stay locked. */
  forgive(): void;
}

interface Tries {
  readonly count: number;
  readonly untilMs: number;
}

export function createWrongCodes(): WrongCodes {
  const ofAddress = new Map<string, Tries>();
  let ofAll: Tries | undefined;

  return {
    requireUnlocked(address) {
      requireFew(ofAddress.get(networkOf(address)), MOST_WRONG);
      requireFew(ofAll, MOST_WRONG_OF_ALL);
    },
    count(address) {
      const network = networkOf(address);
      const tries = oneMore(ofAddress.get(network));
      ofAddress.delete(network);
      ofAddress.set(network, tries);
      const oldest = ofAddress.keys().next();
      if (ofAddress.size > MOST_ADDRESSES && oldest.done !== true) ofAddress.delete(oldest.value);
      ofAll = oneMore(ofAll);
      return ofAll.count === MOST_WRONG_OF_ALL;
    },
    forgive() {
      ofAll = undefined;
    },
  };
}

function oneMore(tries: Tries | undefined): Tries {
  if (tries === undefined || tries.untilMs <= Date.now()) return { count: 1, untilMs: Date.now() + WINDOW_MS };
  return { ...tries, count: tries.count + 1 };
}

function requireFew(tries: Tries | undefined, most: number): void {
  const leftMs = (tries?.untilMs ?? 0) - Date.now();
  if (tries !== undefined && leftMs > 0 && tries.count >= most) throw new Failure('PIN_LOCKED', { retryAfterS: Math.ceil(leftMs / 1000) });
}
