import { randomUUID } from 'node:crypto';
import { Failure } from '../failure.ts';
import type { Caller } from './access.ts';
import { networkOf } from './network-of.ts';

/** A question that nobody answers ends after this. */
const PATIENCE_MS = 10 * 60_000;
/** Of all devices; one device has one at most. More than somebody answers in the time for which one waits. */
const MOST_QUESTIONS = 20;
/** Batches of one device that it is asked about together. */
const MOST_BATCHES = 50;

/** A device that waits for the owner's word. */
export interface OpenQuestion {
  readonly id: string;
  readonly deviceId: string;
  /** Where it came from when it asked. */
  readonly network: string;
  /** How many others of its network waited then. */
  readonly turn: number;
  readonly batches: ReadonlySet<string>;
  /** Bytes of the largest request so far; null when none said. */
  readonly bytes: number | null;
  readonly askedAtMs: number;
  /** It is about files that were announced. */
  readonly isTold: boolean;
}

/** What a device is asked about. */
export interface Wanted {
  readonly batch: string;
  /** Of the request; null when nobody knows. */
  readonly bytes: number | null;
  readonly isTold: boolean;
}

interface OpenQuestionsOptions {
  /** A question came, or is about more than before: then null. */
  readonly onChange: (fresh: OpenQuestion | null) => void;
  /** Nobody answered this one; it is still open. */
  readonly onExpire: (question: OpenQuestion) => void;
}

/**
 * The questions that wait for an answer. A device costs nothing: whoever has the code can be a new one each time. So places are
 * shared out by where somebody comes from. While there is room, all may be of one network, of people behind one proxy, say; when there
 * is none, whoever comes from another takes the newest of the network that has the most.
 */
export class OpenQuestions {
  readonly #options: OpenQuestionsOptions;
  readonly #open = new Map<string, { question: OpenQuestion; readonly timer: NodeJS.Timeout }>();

  constructor(options: OpenQuestionsOptions) {
    this.#options = options;
  }

  /** By turns: nobody waits behind all of another network's. */
  all(): readonly OpenQuestion[] {
    return [...this.#open.values()].map(({ question }) => question).toSorted((one, other) => one.turn - other.turn || one.askedAtMs - other.askedAtMs);
  }

  get(id: string): OpenQuestion | undefined {
    return this.#open.get(id)?.question;
  }

  /** @throws Failure TOO_MANY_UPLOADS when there is no room for a question of this one */
  requireRoom({ sender, address }: Caller): void {
    if (this.#of(sender.id) === undefined) this.#roomFor(networkOf(address));
  }

  /** Asks, or adds to what is asked already. @throws as `requireRoom` */
  ask({ sender, address }: Caller, { batch, bytes, isTold }: Wanted): void {
    const deviceId = sender.id;
    const known = this.#of(deviceId);
    if (known !== undefined) {
      const { question } = known;
      const isLarger = bytes !== null && bytes > (question.bytes ?? -1);
      const isNew = !question.batches.has(batch) && question.batches.size < MOST_BATCHES;
      if (!isLarger && !isNew && (question.isTold || !isTold)) return;
      known.question = {
        ...question,
        batches: isNew ? new Set([...question.batches, batch]) : question.batches,
        bytes: isLarger ? bytes : question.bytes,
        isTold: question.isTold || isTold,
      };
      this.#options.onChange(null);
      return;
    }
    const network = networkOf(address);
    const yields = this.#roomFor(network);
    if (yields !== null) this.close(yields.id);
    const turn = this.#from(network).length;
    const question: OpenQuestion = { id: randomUUID(), deviceId, network, turn, batches: new Set([batch]), bytes, askedAtMs: Date.now(), isTold };
    const timer = setTimeout(() => this.#expire(question.id), PATIENCE_MS).unref();
    this.#open.set(question.id, { question, timer });
    this.#options.onChange(question);
  }

  close(id: string): void {
    clearTimeout(this.#open.get(id)?.timer);
    this.#open.delete(id);
  }

  stop(): void {
    for (const id of [...this.#open.keys()]) this.close(id);
  }

  #of(deviceId: string): { question: OpenQuestion } | undefined {
    return [...this.#open.values()].find(({ question }) => question.deviceId === deviceId);
  }

  /** Oldest first. */
  #from(network: string): readonly OpenQuestion[] {
    return [...this.#open.values()].map(({ question }) => question).filter((question) => question.network === network);
  }

  /**
   * @returns the question that has to make room; null when there is some. Whoever asked it is heard again when there is room
   * @throws Failure TOO_MANY_UPLOADS
   */
  #roomFor(network: string): OpenQuestion | null {
    if (this.#open.size < MOST_QUESTIONS) return null;
    const largest = this.all().map((question) => this.#from(question.network)).reduce((one, other) => (other.length > one.length ? other : one));
    // With one fewer, both would have as many as the other had, and they would take turns for ever.
    const yields = largest.length >= this.#from(network).length + 2 ? largest.at(-1) : undefined;
    if (yields === undefined) throw new Failure('TOO_MANY_UPLOADS', { limit: MOST_QUESTIONS, retryAfterS: 60 });
    return yields;
  }

  #expire(id: string): void {
    const question = this.get(id);
    if (question !== undefined) this.#options.onExpire(question);
  }
}
