import { Failure } from '../failure.ts';
import { keepNewest } from './keep-newest.ts';
import { networkOf } from './network-of.ts';

/** Somebody who reads a code off a screen gets it right by then. */
const MOST_WRONG = 5;
/** All phones of one home share an IPv6 network, so that one person's slips must not keep the others out; but one device can have all of its addresses. */
const MOST_WRONG_OF_NETWORK = 20;
const MOST_WRONG_OF_ALL = 60;
const WINDOW_MS = 5 * 60_000;
const MOST_ADDRESSES = 10_000;

/** Counts wrong codes, of each address, of its network and of all together, so that nobody can try them all. */
export interface WrongCodes {
  /** @throws Failure PIN_LOCKED when this address, its network, or all together have guessed too often lately */
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
  const ofAddress = createTally();
  const ofNetwork = createTally();
  let ofAll: Tries | undefined;

  return {
    requireUnlocked(address) {
      requireFew(ofAddress.get(address), MOST_WRONG);
      requireFew(ofNetwork.get(networkOf(address)), MOST_WRONG_OF_NETWORK);
      requireFew(ofAll, MOST_WRONG_OF_ALL);
    },
    count(address) {
      ofAddress.count(address);
      ofNetwork.count(networkOf(address));
      ofAll = oneMore(ofAll);
      return ofAll.count === MOST_WRONG_OF_ALL;
    },
    forgive() {
      ofAll = undefined;
    },
  };
}

interface Tally {
  get(who: string): Tries | undefined;
  count(who: string): void;
}

function createTally(): Tally {
  const tallied = new Map<string, Tries>();
  return {
    get: (who) => tallied.get(who),
    count(who) {
      const tries = oneMore(tallied.get(who));
      tallied.delete(who);
      tallied.set(who, tries);
      keepNewest(tallied, MOST_ADDRESSES);
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
