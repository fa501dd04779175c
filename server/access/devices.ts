import type { DeviceRight } from '../contracts/devices.ts';
import type { Sender } from '../contracts/upload.ts';
import { asFailure, Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { distrust, emptyBook, endAccess, forget, letIn, noteSeen, setRight, type BookChange, type DeviceBook, type KnownDevice } from './device-book.ts';
import type { DeviceFile, FoundBook } from './device-file.ts';
import { createPace } from './pace.ts';

/** What other processes decided is known here this soon. */
const LOOK_EVERY_MS = 500;
/** When a device was seen last is written down this often; a crash loses no more. */
const NOTE_EVERY_MS = 20_000;
/** In a row, and after that so many a second: whoever has the code can come as often as they like, and each time the whole list is written. */
const MOST_WRITES = 20;
const WRITES_PER_S = 2;
/** Changes that could not be written and are tried again; what is more holds for this run. */
const LARGEST_BACKLOG = 1000;

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
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #endings = new Map<string, AbortController>();
  #book: DeviceBook;
  #seenAtMs = new Map<string, number>();
  #pending: BookChange[] = [];
  #saving: Promise<void> = Promise.resolve();
  #nextSave: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  readonly #pace = createPace(MOST_WRITES, WRITES_PER_S);

  private constructor(options: DevicesOptions, book: DeviceBook) {
    this.#options = options;
    this.#book = book;
    const look = setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
    const note = setInterval(() => void this.#note(), NOTE_EVERY_MS).unref();
    this.#timers = [look, note];
  }

  /** A list that cannot be read is forgotten, and with it every token: nobody can say whose were ended. */
  static async open(options: DevicesOptions): Promise<Devices> {
    const found = await options.file.read().catch((): FoundBook => ({ kind: 'damaged' }));
    if (found.kind === 'damaged') options.log('warn', 'devices:damaged');
    return new Devices(options, found.kind === 'book' ? found.book : emptyBook());
  }

  /** Last seen first. */
  all(): readonly KnownDevice[] {
    const seen = [...noteSeen(this.#seenAtMs)(this.#book).devices.values()];
    return seen.toSorted((one, other) => other.lastSeenAtMs - one.lastSeenAtMs);
  }

  get(id: string): KnownDevice | undefined {
    return this.#book.devices.get(id);
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
    return { epoch: this.#book.epoch, generation };
  }

  /**
   * A device shows a token.
   * @returns fires, with a Failure, when its access is ended
   * @throws Failure TOKEN_REVOKED, TOKEN_INVALID, DEVICE_REFUSED
   */
  async check({ id }: Sender, pass: Pass): Promise<AbortSignal> {
    const isIt = (): boolean => pass.epoch === this.#book.epoch && pass.generation === this.get(id)?.generation;
    // Another process may have let it in a moment ago.
    if (!isIt()) await this.#look();
    this.#requireNotRefused(id);
    if (!isIt()) {
      const isOlder = pass.epoch === this.#book.epoch && pass.generation < (this.get(id)?.generation ?? 0);
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
      this.#apply(letIn(sender, Date.now()));
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

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#note();
    await this.#saving;
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
    this.#seenAtMs.set(id, Date.now());
    const known = this.#endings.get(id);
    if (known !== undefined) return known.signal;
    const ending = new AbortController();
    this.#endings.set(id, ending);
    return ending.signal;
  }

  async #change(change: BookChange): Promise<void> {
    this.#apply(change);
    this.#options.onChange();
    await this.#save();
  }

  #apply(change: BookChange): void {
    this.#become(change(this.#book));
    this.#pending = [...this.#pending, change].slice(-LARGEST_BACKLOG);
  }

  #become(book: DeviceBook): void {
    const before = this.#book;
    this.#book = book;
    for (const [id, ending] of this.#endings) {
      const device = book.devices.get(id);
      if (device === undefined) this.#endings.delete(id);
      else if (device.endedAtMs !== undefined && device.endedAtMs !== before.devices.get(id)?.endedAtMs) {
        this.#endings.delete(id);
        const failure = new Failure(device.allowed === 'no' ? 'DEVICE_REFUSED' : 'TOKEN_REVOKED');
        ending.abort(failure);
        this.#options.onEnd(id, failure);
      }
    }
  }

  /** Those that come while one is written go together with the next. */
  #save(): Promise<void> {
    if (this.#nextSave !== undefined) return this.#nextSave;
    const save = this.#saving.then(this.#pace).then(() => {
      this.#nextSave = undefined;
      return this.#write();
    });
    this.#nextSave = save;
    // Whoever asked for it hears of the error; the next one only waits its turn.
    this.#saving = save.catch(() => undefined);
    return save;
  }

  async #write(): Promise<void> {
    const changes = [noteSeen(this.#seenAtMs), ...this.#pending];
    this.#seenAtMs = new Map();
    this.#pending = [];
    try {
      // What is damaged, or not there any more, is written anew from what is known here.
      const written = await this.#options.file.update((found) => applied(changes, this.#found(found) ?? this.#book));
      this.#become(applied(this.#pending, written));
    } catch (error) {
      this.#options.log('warn', 'devices:unsaved', { code: asFailure(error).code });
      this.#pending = [...changes, ...this.#pending].slice(-LARGEST_BACKLOG);
      throw error;
    }
  }

  async #note(): Promise<void> {
    if (this.#seenAtMs.size === 0 && this.#pending.length === 0) return;
    // Tried again the next time.
    await this.#save().catch(() => undefined);
  }

  #look(): Promise<void> {
    const look = async (): Promise<void> => {
      const found = await this.#options.file.readIfChanged();
      const book = found === null ? null : this.#found(found);
      if (book === null) return;
      this.#become(applied(this.#pending, book));
      this.#options.onChange();
    };
    // A disk that is away: what is known here holds.
    this.#looking ??= look().catch(() => undefined).finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  /** What is to hold from now on; null: what is known here. */
  #found(found: FoundBook): DeviceBook | null {
    switch (found.kind) {
      case 'book':
        return found.book;
      case 'missing':
        return null;
      case 'damaged':
        this.#options.log('warn', 'devices:damaged');
        return distrust(this.#book);
      default:
        return found satisfies never;
    }
  }
}

function applied(changes: readonly BookChange[], book: DeviceBook): DeviceBook {
  return changes.reduce((next, change) => change(next), book);
}
