import QuickLRU from 'quick-lru';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';

/** A page that lost its server may ask for every file that it knew: no form holds more than this. */
const MOST_UNKNOWN = 2000;
const WINDOW_MS = 5 * 60_000;
const MOST_SENDERS = 10_000;

interface Guesses {
  readonly count: number;
  readonly untilMs: number;
}

/**
 * Tells those who ask for upload after upload that is not there to wait. Counted by sender, and only questions in vain: what is
 * theirs answers all the time, so nobody can be shut out by a neighbour.
 */
export interface GuessedIds {
  /** @returns the failure to answer with: the same, or TOO_MANY_UNKNOWN in place of one UPLOAD_NOT_FOUND too many */
  count(senderId: string, error: unknown): unknown;
}

export function createGuessedIds(log: Log): GuessedIds {
  const guesses = new QuickLRU<string, Guesses>({ maxSize: MOST_SENDERS });

  return {
    count(senderId, error) {
      if (!(error instanceof Failure) || error.code !== 'UPLOAD_NOT_FOUND') return error;
      const now = Date.now();
      const known = guesses.get(senderId);
      const { count, untilMs } = known === undefined || known.untilMs <= now ? { count: 0, untilMs: now + WINDOW_MS } : known;
      guesses.set(senderId, { count: count + 1, untilMs });
      if (count < MOST_UNKNOWN) return error;
      if (count === MOST_UNKNOWN) log('warn', 'ids:guessed', { sender: senderId });
      return new Failure('TOO_MANY_UNKNOWN', { retryAfterS: Math.ceil((untilMs - now) / 1000) });
    },
  };
}
