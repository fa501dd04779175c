import { randomUUID } from 'node:crypto';
import { Failure } from '../failure.ts';

/** A question that nobody answers ends after this, as one that was refused. */
const PATIENCE_MS = 10 * 60_000;
/** Of all devices; one device has one at most. */
const MOST_QUESTIONS = 20;
/** Batches of one device that it is asked about together. */
const MOST_BATCHES = 50;

/** A device that waits for the owner's word. */
export interface OpenQuestion {
  readonly id: string;
  readonly deviceId: string;
  readonly batches: ReadonlySet<string>;
  /** Bytes of the largest request so far; null when none said. */
  readonly bytes: number | null;
  readonly askedAtMs: number;
}

interface OpenQuestionsOptions {
  /** A question came, or is about more than before: then null. */
  readonly onChange: (fresh: OpenQuestion | null) => void;
  /** Nobody answered this one; it is still open. */
  readonly onExpire: (question: OpenQuestion) => void;
}

/** The questions that wait for an answer. */
export class OpenQuestions {
  readonly #options: OpenQuestionsOptions;
  readonly #open = new Map<string, { question: OpenQuestion; readonly timer: NodeJS.Timeout }>();

  constructor(options: OpenQuestionsOptions) {
    this.#options = options;
  }

  /** Oldest first. */
  all(): readonly OpenQuestion[] {
    return [...this.#open.values()].map(({ question }) => question);
  }

  get(id: string): OpenQuestion | undefined {
    return this.#open.get(id)?.question;
  }

  /** @throws Failure TOO_MANY_UPLOADS when there is no room for a question of this device */
  requireRoom(deviceId: string): void {
    if (this.#open.size >= MOST_QUESTIONS && this.#of(deviceId) === undefined) throw new Failure('TOO_MANY_UPLOADS', { limit: MOST_QUESTIONS, retryAfterS: 60 });
  }

  /** Asks, or adds to what is asked already. */
  ask(deviceId: string, batch: string, bytes: number | null): void {
    const known = this.#of(deviceId);
    if (known !== undefined) {
      const { question } = known;
      const isLarger = bytes !== null && bytes > (question.bytes ?? -1);
      const isNew = !question.batches.has(batch) && question.batches.size < MOST_BATCHES;
      if (!isLarger && !isNew) return;
      known.question = { ...question, batches: isNew ? new Set([...question.batches, batch]) : question.batches, bytes: isLarger ? bytes : question.bytes };
      this.#options.onChange(null);
      return;
    }
    const question: OpenQuestion = { id: randomUUID(), deviceId, batches: new Set([batch]), bytes, askedAtMs: Date.now() };
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

  #expire(id: string): void {
    const question = this.get(id);
    if (question !== undefined) this.#options.onExpire(question);
  }
}
