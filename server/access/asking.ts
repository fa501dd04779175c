import type { Answer } from '../contracts/devices.ts';
import { Failure } from '../failure.ts';
import type { Caller } from './access.ts';
import { Allowances, type Told } from './allowances.ts';
import type { Devices } from './devices.ts';
import { OpenQuestions, type OpenQuestion, type Wanted } from './open-questions.ts';
import { Refusals, type RefusalCode } from './refusals.ts';

/** Where requests of one device belong that name no batch. */
const NO_BATCH = '';
/** What a question is about may be called off, or be given up when its sender is gone: then it is soon no question any more. */
const LOOK_EVERY_MS = 1000;

interface AskingOptions {
  readonly devices: Pick<Devices, 'get' | 'allow'>;
  /** The setting. */
  readonly isOn: () => boolean;
  /** A question came, or ended. */
  readonly onChange: (fresh: OpenQuestion | null) => void;
  readonly told: (deviceId: string, batch: string) => Told;
  /** What this device announced under these batches is not wanted. */
  readonly refuse: (deviceId: string, batches: ReadonlySet<string>, code: RefusalCode) => void;
}

/** Asks the owner before a device sends, where that is the setting. */
export class Asking {
  readonly #options: AskingOptions;
  readonly #questions: OpenQuestions;
  readonly #allowances = new Allowances();
  readonly #refusals = new Refusals();
  readonly #looking = setInterval(() => this.#dropEmpty(), LOOK_EVERY_MS).unref();

  constructor(options: AskingOptions) {
    this.#options = options;
    this.#questions = new OpenQuestions({
      onChange: options.onChange,
      onExpire: (question) => {
        this.#settle(question, 'APPROVAL_UNANSWERED');
        this.#refusals.note(question.deviceId, 'APPROVAL_UNANSWERED');
      },
    });
  }

  isOn(): boolean {
    return this.#options.isOn();
  }

  /** In the order in which they are to be answered. */
  open(): readonly OpenQuestion[] {
    return this.#questions.all();
  }

  /** This one's bytes wait for a yes, or need one that was given for this batch alone. */
  concerns({ sender, isOwner }: Caller): boolean {
    return !isOwner && this.#options.isOn() && this.#options.devices.get(sender.id)?.allowed !== 'always';
  }

  /**
   * @param batch as far as the request names one
   * @param bytes of the request, where they are known
   * @param spentBytes of what the yes holds for; 0 for what goes on with something that it was spent on
   * @throws Failure APPROVAL_NEEDED, APPROVAL_REFUSED, APPROVAL_UNANSWERED, TOO_MANY_UPLOADS
   */
  require(caller: Caller, batch = NO_BATCH, bytes: number | null = null, spentBytes = bytes): void {
    if (this.concerns(caller) && !this.#allowances.spend(caller.sender.id, batch, spentBytes)) this.#refer(caller, { batch, bytes, isTold: false });
  }

  /** After something was announced. A yes that was for much less is asked for again. @throws as `require` */
  requireTold(caller: Caller, batch: string): void {
    const { id } = caller.sender;
    if (this.concerns(caller) && !this.#allowances.covers(id, batch, this.#options.told(id, batch).bytes)) this.#refer(caller, { batch, bytes: null, isTold: true });
  }

  /** Before anything is announced: what was refused stays as it is. @throws Failure APPROVAL_REFUSED, APPROVAL_UNANSWERED, TOO_MANY_UPLOADS */
  requireHeard(caller: Caller, batch: string): void {
    const { id } = caller.sender;
    if (!this.concerns(caller) || this.#allowances.covers(id, batch)) return;
    this.#refusals.requireNone(id);
    this.#questions.requireRoom(caller);
  }

  /** What was allowed without a batch has one now. */
  extend({ sender }: Caller, batch: string): void {
    this.#allowances.extend(sender.id, NO_BATCH, batch);
  }

  /** @throws Failure QUESTION_NOT_FOUND, and those of the list of devices */
  async answer(id: string, answer: Answer): Promise<void> {
    const question = this.#questions.get(id);
    if (question === undefined) throw new Failure('QUESTION_NOT_FOUND');
    this.#settle(question, answer === 'no' ? 'APPROVAL_REFUSED' : 'allowed');
    if (answer === 'no') this.#refusals.note(question.deviceId, 'APPROVAL_REFUSED');
    if (answer === 'always') await this.#options.devices.allow(question.deviceId, 'always');
  }

  /** Something was decided about devices elsewhere: what it answers is no question any more. */
  review(): void {
    for (const question of this.open()) {
      const device = this.#options.devices.get(question.deviceId);
      if (device === undefined || device.allowed === 'always') this.#settle(question, device === undefined ? 'APPROVAL_REFUSED' : 'allowed');
    }
  }

  /** Nobody is asked any more: whoever waits may. */
  allowAll(): void {
    for (const question of this.open()) this.#settle(question, 'allowed');
  }

  /** Its access has ended, and with it what it was allowed. */
  end(deviceId: string): void {
    this.#allowances.withdraw(deviceId);
    for (const question of this.open()) if (question.deviceId === deviceId) this.#settle(question, 'APPROVAL_REFUSED');
  }

  /** It has shown the code anew. */
  hearAgain(deviceId: string): void {
    this.#refusals.forget(deviceId);
  }

  stop(): void {
    clearInterval(this.#looking);
    this.#questions.stop();
  }

  /** Leaves it to the owner. @throws Failure always */
  #refer(caller: Caller, wanted: Wanted): never {
    this.#refusals.requireNone(caller.sender.id);
    this.#questions.ask(caller, wanted);
    throw new Failure('APPROVAL_NEEDED', { retryAfterS: 2 });
  }

  #dropEmpty(): void {
    for (const { id, deviceId, batches, isTold } of this.open()) {
      if (!isTold || [...batches].some((batch) => this.#options.told(deviceId, batch).files > 0)) continue;
      this.#questions.close(id);
      this.#options.onChange(null);
    }
  }

  #settle({ id, deviceId, batches, bytes }: OpenQuestion, outcome: 'allowed' | RefusalCode): void {
    this.#questions.close(id);
    if (outcome === 'allowed') {
      for (const batch of batches) this.#allowances.allow(deviceId, batch, this.#options.told(deviceId, batch), bytes);
      this.#refusals.forget(deviceId);
    } else {
      this.#allowances.withdraw(deviceId, batches);
      this.#options.refuse(deviceId, batches, outcome);
    }
    this.#options.onChange(null);
  }
}
