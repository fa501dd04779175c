import QuickLRU from 'quick-lru';

const PERIOD_MS = 30_000;
/** Whoever brings something may do so as anybody; the one heard of longest ago is forgotten, and has brought nothing then. */
const MOST_SENDERS = 1000;

interface Brought {
  /** Which period it is of, counted from the start. */
  readonly period: number;
  readonly bytes: number;
  /** Of the period before. */
  readonly beforeBytes: number;
}

/** How much each sender brought lately. */
export class RecentBytes {
  readonly #brought = new QuickLRU<string, Brought>({ maxSize: MOST_SENDERS });

  note(senderId: string, bytes: number): void {
    const now = this.#lookAt(senderId);
    this.#brought.set(senderId, { ...now, bytes: now.bytes + bytes });
  }

  /** Bytes of the last half minute, and of no more than a minute. */
  of(senderId: string): number {
    const { bytes, beforeBytes } = this.#lookAt(senderId);
    return bytes + beforeBytes;
  }

  #lookAt(senderId: string): Brought {
    const period = Math.floor(performance.now() / PERIOD_MS);
    const known = this.#brought.get(senderId);
    if (known?.period === period) return known;
    return { period, bytes: 0, beforeBytes: known?.period === period - 1 ? known.bytes : 0 };
  }
}
