import { isIPv6 } from 'node:net';
import { Failure } from '../failure.ts';

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

/** With IPv6, one device has a whole /64 of addresses to come from (RFC 4291, section 2.5.4). */
function networkOf(address: string): string {
  // An IPv4 address as IPv6 writes it ends in one; `::ffff:1:2:3:4:5` does not, and is of a network as any other.
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = [], tail] = address.split('::', 2).map((part) => part.split(':').filter((group) => group !== ''));
  const groups = tail === undefined ? head : [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
  return groups.slice(0, 4).join(':');
}
