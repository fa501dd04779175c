import { randomUUID } from 'node:crypto';
import type { Answer } from '../contracts/devices.ts';
import { Failure } from '../failure.ts';
import type { Caller } from './access.ts';
import { MOST_DEVICES } from './device-book.ts';
import type { Devices } from './devices.ts';

/** A question that nobody answers ends after this, as one that was refused. */
const PATIENCE_MS = 10 * 60_000;
/** Whoever is told no so often in a row is not heard again before it has shown the code anew. */
const MOST_REFUSALS = 3;
/** A sender has several requests on their way: all of them hear of one refusal. */
const REFUSAL_HEARD_MS = 5000;
/** Of all devices; one device has one at most. */
const MOST_QUESTIONS = 20;
/** Batches of one device that were allowed; the oldest is asked about again. */
const MOST_ALLOWED = 50;
/** A yes holds for twice what was told, since much is sent again where the connection is bad, and for what goes around the files. */
const TOLD_TIMES = 2;
const AROUND_ALL_BYTES = 1_000_000;
const AROUND_FILE_BYTES = 2000;

/** Where requests of one device belong that name no batch. */
const NO_BATCH = '';

/** A device that waits for the owner's word. */
export interface OpenQuestion {
  readonly id: string;
  readonly deviceId: string;
  readonly batches: ReadonlySet<string>;
  /** Bytes of the largest request so far; null when none said. */
  readonly bytes: number | null;
  readonly askedAtMs: number;
}

/** What a device announced under a batch and has not sent yet. */
export interface Told {
  readonly files: number;
  readonly bytes: number;
}

/** What was allowed once. */
interface Yes {
  /** Infinite when nobody knew how much it would be: then it holds for one request. */
  readonly mostBytes: number;
  readonly leftBytes: number;
}

interface AskingOptions {
  readonly devices: Pick<Devices, 'get' | 'allow'>;
  /** The setting. */
  readonly isOn: () => boolean;
  /** A question came, or ended. */
  readonly onChange: (fresh: OpenQuestion | null) => void;
  readonly told: (deviceId: string, batch: string) => Told;
  /** What this device announced under these batches is not wanted. */
  readonly refuse: (deviceId: string, batches: ReadonlySet<string>) => void;
}

interface Refusals {
  readonly count: number;
  readonly untilMs: number;
  /** When its sender was told of the last; null while it was not. */
  readonly toldAtMs: number | null;
}

/** Asks the owner before a device sends, where that is the setting. */
export class Asking {
  readonly #options: AskingOptions;
  readonly #questions = new Map<string, { question: OpenQuestion; readonly timer: NodeJS.Timeout }>();
  readonly #allowed = new Map<string, Map<string, Yes>>();
  readonly #refusals = new Map<string, Refusals>();

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  isOn(): boolean {
    return this.#options.isOn();
  }

  /** Oldest first. */
  open(): readonly OpenQuestion[] {
    return [...this.#questions.values()].map(({ question }) => question);
  }

  /** This one's bytes wait for a yes, or need one that was given for this batch alone. */
  concerns({ sender, isOwner }: Caller): boolean {
    return !isOwner && this.#options.isOn() && this.#options.devices.get(sender.id)?.allowed !== 'always';
  }

  /**
   * @param batch as far as the request names one
   * @param bytes of the request, where they are known
   * @param spentBytes of what the yes holds for; 0 for what goes on with something that it was spent on
   * @throws Failure APPROVAL_NEEDED, APPROVAL_REFUSED, TOO_MANY_UPLOADS
   */
  require(caller: Caller, batch = NO_BATCH, bytes: number | null = null, spentBytes = bytes): void {
    if (this.concerns(caller) && !this.#spend(caller.sender.id, batch, spentBytes)) this.#refer(caller.sender.id, batch, bytes);
  }

  /** After something was announced. A yes that was for much less is asked for again. @throws as `require` */
  requireTold(caller: Caller, batch: string): void {
    const { id } = caller.sender;
    if (!this.concerns(caller)) return;
    const yes = this.#allowed.get(id)?.get(batch);
    if (yes === undefined || this.#options.told(id, batch).bytes > yes.mostBytes) this.#refer(id, batch, null);
  }

  /** Before anything is announced: what was refused stays as it is. @throws Failure APPROVAL_REFUSED, TOO_MANY_UPLOADS */
  requireHeard(caller: Caller, batch: string): void {
    const { id } = caller.sender;
    if (!this.concerns(caller) || this.#allowed.get(id)?.has(batch) === true) return;
    this.#requireNotRefused(id);
    this.#requireRoom(id);
  }

  /** What was allowed without a batch has one now. */
  extend({ sender }: Caller, batch: string): void {
    const yes = this.#allowed.get(sender.id)?.get(NO_BATCH);
    if (yes !== undefined) this.#allow(sender.id, batch, yes);
  }

  /** @throws Failure QUESTION_NOT_FOUND, and those of the list of devices */
  async answer(id: string, answer: Answer): Promise<void> {
    const question = this.#questions.get(id)?.question;
    if (question === undefined) throw new Failure('QUESTION_NOT_FOUND');
    this.#settle(question, answer !== 'no');
    if (answer === 'no') this.#noteRefusal(question.deviceId, true);
    if (answer === 'always') await this.#options.devices.allow(question.deviceId, 'always');
  }

  /** Something was decided about devices elsewhere: what it answers is no question any more. */
  review(): void {
    for (const question of this.open()) {
      const device = this.#options.devices.get(question.deviceId);
      if (device === undefined || device.allowed === 'always') this.#settle(question, device !== undefined);
    }
  }

  /** Nobody is asked any more: whoever waits may. */
  allowAll(): void {
    for (const question of this.open()) this.#settle(question, true);
  }

  /** Its access has ended, and with it what it was allowed. */
  end(deviceId: string): void {
    this.#allowed.delete(deviceId);
    for (const question of this.open()) if (question.deviceId === deviceId) this.#settle(question, false);
  }

  /** It has shown the code anew. */
  hearAgain(deviceId: string): void {
    this.#refusals.delete(deviceId);
  }

  stop(): void {
    for (const { timer } of this.#questions.values()) clearTimeout(timer);
    this.#questions.clear();
  }

  #spend(deviceId: string, batch: string, bytes: number | null): boolean {
    const yes = this.#allowed.get(deviceId)?.get(batch);
    if (yes === undefined) return false;
    if (bytes === 0) return true;
    if (yes.leftBytes <= 0 || (bytes ?? 0) > yes.leftBytes) return false;
    this.#allow(deviceId, batch, { ...yes, leftBytes: bytes === null || yes.leftBytes === Infinity ? 0 : yes.leftBytes - bytes });
    return true;
  }

  /** Leaves it to the owner. @throws Failure always */
  #refer(deviceId: string, batch: string, bytes: number | null): never {
    this.#requireNotRefused(deviceId);
    this.#requireRoom(deviceId);
    this.#ask(deviceId, batch, bytes);
    throw new Failure('APPROVAL_NEEDED', { retryAfterS: 2 });
  }

  #ask(deviceId: string, batch: string, bytes: number | null): void {
    const known = this.#questionOf(deviceId);
    if (known !== undefined) {
      const { question } = known;
      const isLarger = bytes !== null && bytes > (question.bytes ?? -1);
      const isNew = !question.batches.has(batch) && question.batches.size < MOST_ALLOWED;
      if (!isLarger && !isNew) return;
      known.question = { ...question, batches: isNew ? new Set([...question.batches, batch]) : question.batches, bytes: isLarger ? bytes : question.bytes };
      this.#options.onChange(null);
      return;
    }
    const question: OpenQuestion = { id: randomUUID(), deviceId, batches: new Set([batch]), bytes, askedAtMs: Date.now() };
    const timer = setTimeout(() => this.#expire(question.id), PATIENCE_MS).unref();
    this.#questions.set(question.id, { question, timer });
    this.#options.onChange(question);
  }

  #questionOf(deviceId: string): { question: OpenQuestion } | undefined {
    return [...this.#questions.values()].find(({ question }) => question.deviceId === deviceId);
  }

  /** Nobody said no: it is told so, but that does not count against it. */
  #expire(id: string): void {
    const question = this.#questions.get(id)?.question;
    if (question === undefined) return;
    this.#settle(question, false);
    this.#noteRefusal(question.deviceId, false);
  }

  #settle({ id, deviceId, batches, bytes }: OpenQuestion, isAllowed: boolean): void {
    clearTimeout(this.#questions.get(id)?.timer);
    this.#questions.delete(id);
    if (isAllowed) {
      for (const batch of batches) this.#allow(deviceId, batch, this.#yesTo(deviceId, batch, bytes));
      this.#refusals.delete(deviceId);
    } else {
      for (const batch of batches) this.#allowed.get(deviceId)?.delete(batch);
      this.#options.refuse(deviceId, batches);
    }
    this.#options.onChange(null);
  }

  #yesTo(deviceId: string, batch: string, requestBytes: number | null): Yes {
    const { files, bytes } = this.#options.told(deviceId, batch);
    const isUnknown = files === 0 && requestBytes === null;
    const mostBytes = isUnknown ? Infinity : coveredBytes({ files, bytes: Math.max(bytes, requestBytes ?? 0) });
    return { mostBytes, leftBytes: mostBytes };
  }

  #allow(deviceId: string, batch: string, yes: Yes): void {
    const allowed = this.#allowed.get(deviceId) ?? new Map<string, Yes>();
    allowed.set(batch, yes);
    keepNewest(allowed, MOST_ALLOWED);
    this.#allowed.set(deviceId, allowed);
    keepNewest(this.#allowed, MOST_DEVICES);
  }

  #noteRefusal(deviceId: string, counts: boolean): void {
    const nowMs = Date.now();
    const before = this.#refusals.get(deviceId);
    const count = (before !== undefined && before.untilMs > nowMs ? before.count : 0) + (counts ? 1 : 0);
    this.#refusals.set(deviceId, { count, untilMs: count >= MOST_REFUSALS ? Infinity : nowMs + PATIENCE_MS, toldAtMs: null });
    keepNewest(this.#refusals, MOST_DEVICES);
  }

  #requireRoom(deviceId: string): void {
    if (this.#questions.size >= MOST_QUESTIONS && this.#questionOf(deviceId) === undefined) throw new Failure('TOO_MANY_UPLOADS', { limit: MOST_QUESTIONS, retryAfterS: 60 });
  }

  #requireNotRefused(deviceId: string): void {
    const refusals = this.#refusals.get(deviceId);
    if (refusals === undefined) return;
    const nowMs = Date.now();
    if (refusals.untilMs <= nowMs) {
      this.#refusals.delete(deviceId);
      return;
    }
    const isHeard = refusals.toldAtMs !== null && nowMs - refusals.toldAtMs > REFUSAL_HEARD_MS;
    if (isHeard && refusals.count < MOST_REFUSALS) return;
    this.#refusals.set(deviceId, { ...refusals, toldAtMs: refusals.toldAtMs ?? nowMs });
    throw new Failure('APPROVAL_REFUSED');
  }
}

function keepNewest(map: Map<string, unknown>, most: number): void {
  for (const oldest of [...map.keys()].slice(0, -most)) map.delete(oldest);
}

/** What a yes to this holds for. */
export function coveredBytes({ files, bytes }: Told): number {
  return TOLD_TIMES * bytes + AROUND_ALL_BYTES + files * AROUND_FILE_BYTES;
}
