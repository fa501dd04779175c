import { Failure } from '../failure.ts';
import { MOST_DEVICES } from './device-book.ts';
import { keepNewest } from './keep-newest.ts';

/** Whoever is told no so often in a row is not heard again before it has shown the code anew. */
const MOST_REFUSALS = 3;
/** A sender has several requests on their way: all of them hear of one refusal. */
const REFUSAL_HEARD_MS = 5000;
/** After this, a no counts no longer towards those. */
const HOLDS_MS = 10 * 60_000;

/** The owner's no, or that nobody answered. */
export type RefusalCode = 'APPROVAL_REFUSED' | 'APPROVAL_UNANSWERED';

interface Refusal {
  readonly code: RefusalCode;
  readonly count: number;
  readonly untilMs: number;
  /** When its sender was told of it; null while it was not. */
  readonly toldAtMs: number | null;
}

/** Which devices were told no, and for how long they are not heard. */
export class Refusals {
  readonly #refusals = new Map<string, Refusal>();

  /** Where nobody answered, it is told so, but that does not count against it. */
  note(deviceId: string, code: RefusalCode): void {
    const nowMs = Date.now();
    const before = this.#refusals.get(deviceId);
    const count = (before !== undefined && before.untilMs > nowMs ? before.count : 0) + (code === 'APPROVAL_REFUSED' ? 1 : 0);
    this.#refusals.set(deviceId, { code, count, untilMs: count >= MOST_REFUSALS ? Infinity : nowMs + HOLDS_MS, toldAtMs: null });
    keepNewest(this.#refusals, MOST_DEVICES);
  }

  forget(deviceId: string): void {
    this.#refusals.delete(deviceId);
  }

  /** @throws Failure APPROVAL_REFUSED, APPROVAL_UNANSWERED */
  requireNone(deviceId: string): void {
    const refusal = this.#refusals.get(deviceId);
    if (refusal === undefined) return;
    const nowMs = Date.now();
    if (refusal.untilMs <= nowMs) {
      this.#refusals.delete(deviceId);
      return;
    }
    const isHeard = refusal.toldAtMs !== null && nowMs - refusal.toldAtMs > REFUSAL_HEARD_MS;
    if (isHeard && refusal.count < MOST_REFUSALS) return;
    this.#refusals.set(deviceId, { ...refusal, toldAtMs: refusal.toldAtMs ?? nowMs });
    throw new Failure(refusal.code);
  }
}
