import type { DeviceRight } from '../contracts/devices.ts';
import type { Sender } from '../contracts/upload.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { AccessEndings } from './access-endings.ts';
import { BookKeeper } from './book-keeper.ts';
import { endAccess, forget, letIn, setRight, type BookChange, type KnownDevice } from './device-book.ts';
import type { DeviceFile } from './device-file.ts';

/** What a token says of the list that it was made with. */
export interface Pass {
  readonly epoch: string;
  readonly generation: number;
}

interface DevicesOptions {
  readonly file: DeviceFile;
  readonly log: Log;
  /** The owner, or another process, has ended somebody's access. */
  readonly onEnd: (id: string, failure: Failure) => void;
  /** Somebody is new, or something was decided. */
  readonly onChange: () => void;
}

/** Who was let in, and whose access was ended, here or by another process on the same folder. */
export class Devices {
  readonly #options: DevicesOptions;
  readonly #keeper: BookKeeper;
  readonly #endings: AccessEndings;

  private constructor(options: DevicesOptions, keeper: BookKeeper, endings: AccessEndings) {
    this.#options = options;
    this.#keeper = keeper;
    this.#endings = endings;
  }

  /** A list that cannot be read is forgotten, and with it every token: nobody can say whose were ended. */
  static async open(options: DevicesOptions): Promise<Devices> {
    const { file, log, onEnd, onChange } = options;
    const endings = new AccessEndings(onEnd);
    const keeper = await BookKeeper.open({ file, log, onBook: (book) => endings.follow(book), onFound: onChange });
    return new Devices(options, keeper, endings);
  }

  /** Last seen first. */
  all(): readonly KnownDevice[] {
    const seen = [...this.#keeper.withSeen().devices.values()];
    return seen.toSorted((one, other) => other.lastSeenAtMs - one.lastSeenAtMs);
  }

  get(id: string): KnownDevice | undefined {
    return this.#keeper.book.devices.get(id);
  }

  /**
   * A device has shown the code. It is remembered before it gets its token, so that every process knows it that the token is shown to.
   * @throws Failure DEVICE_REFUSED
   */
  async welcome(sender: Sender): Promise<Pass> {
    this.#requireNotRefused(sender.id);
    // A full disk, for instance: it is let in, and has to enter the code again after a restart.
    await this.#change(letIn(sender, Date.now())).catch(() => undefined);
    this.#requireNotRefused(sender.id);
    const generation = this.get(sender.id)?.generation;
    if (generation === undefined) throw new Failure('TOKEN_INVALID');
    return { epoch: this.#keeper.book.epoch, generation };
  }

  /**
   * A device shows a token.
   * @returns fires, with a Failure, when its access is ended
   * @throws Failure TOKEN_REVOKED, TOKEN_INVALID, DEVICE_REFUSED
   */
  async check({ id }: Sender, pass: Pass): Promise<AbortSignal> {
    const isIt = (): boolean => pass.epoch === this.#keeper.book.epoch && pass.generation === this.get(id)?.generation;
    // Another process may have let it in a moment ago.
    if (!isIt()) await this.#keeper.look();
    this.#requireNotRefused(id);
    if (!isIt()) {
      const isOlder = pass.epoch === this.#keeper.book.epoch && pass.generation < (this.get(id)?.generation ?? 0);
      throw new Failure(isOlder ? 'TOKEN_REVOKED' : 'TOKEN_INVALID');
    }
    return this.#seen(id);
  }

  /**
   * A program has shown the code, or none is asked for.
   * @returns fires, with a Failure, when its access is ended
   * @throws Failure DEVICE_REFUSED
   */
  meet(sender: Sender): AbortSignal {
    this.#requireNotRefused(sender.id);
    const known = this.get(sender.id);
    if (known === undefined || known.isOut === true) {
      // Written down with the next that is: it has no token that another process would have to know.
      this.#keeper.apply(letIn(sender, Date.now()));
      this.#options.onChange();
    }
    return this.#seen(sender.id);
  }

  /** @throws Failure DEVICE_NOT_FOUND, those of the disk; then it holds for this run */
  async allow(id: string, allowed: DeviceRight): Promise<void> {
    this.#require(id);
    this.#options.log('info', 'device:allowed', { id, allowed });
    await this.#change(setRight(id, allowed, Date.now()));
  }

  /**
   * Its tokens count no more, and what it is sending ends. One that was out already is forgotten, unless it is to stay out.
   * @throws as `allow`
   */
  async end(id: string): Promise<void> {
    const { isOut, allowed } = this.#require(id);
    const isOver = isOut === true && allowed !== 'no';
    this.#options.log('info', isOver ? 'device:forgotten' : 'device:ended', { id });
    await this.#change(isOver ? forget(id) : endAccess(id, Date.now()));
  }

  stop(): Promise<void> {
    return this.#keeper.stop();
  }

  #require(id: string): KnownDevice {
    const known = this.get(id);
    if (known === undefined) throw new Failure('DEVICE_NOT_FOUND');
    return known;
  }

  #requireNotRefused(id: string): void {
    if (this.get(id)?.allowed === 'no') throw new Failure('DEVICE_REFUSED');
  }

  #seen(id: string): AbortSignal {
    this.#keeper.noteSeen(id);
    return this.#endings.signalOf(id, this.#keeper.book);
  }

  async #change(change: BookChange): Promise<void> {
    this.#keeper.apply(change);
    this.#options.onChange();
    await this.#keeper.save();
  }
}
