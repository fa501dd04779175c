import { asFailure } from '../failure.ts';
import type { Log } from '../log.ts';
import { distrust, emptyBook, noteSeen, type BookChange, type DeviceBook } from './device-book.ts';
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

interface BookKeeperOptions {
  readonly file: DeviceFile;
  readonly log: Log;
  /** The list is another one now, by a change here or by another process. */
  readonly onBook: (book: DeviceBook) => void;
  /** Another process has changed it. */
  readonly onFound: () => void;
}

/** Keeps the list of devices, here and on the disk, together with the other processes on the same folder. */
export class BookKeeper {
  readonly #options: BookKeeperOptions;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #pace = createPace(MOST_WRITES, WRITES_PER_S);
  #book: DeviceBook;
  #seenAtMs = new Map<string, number>();
  #pending: BookChange[] = [];
  #saving: Promise<void> = Promise.resolve();
  #nextSave: Promise<void> | undefined;
  #looking: Promise<void> | undefined;

  private constructor(options: BookKeeperOptions, book: DeviceBook) {
    this.#options = options;
    this.#book = book;
    const look = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    const note = setInterval(() => void this.#note(), NOTE_EVERY_MS).unref();
    this.#timers = [look, note];
  }

  /** A list that cannot be read is forgotten, and with it every token: nobody can say whose were ended. */
  static async open(options: BookKeeperOptions): Promise<BookKeeper> {
    const found = await options.file.read().catch((): FoundBook => ({ kind: 'damaged' }));
    if (found.kind === 'damaged') options.log('warn', 'devices:damaged');
    return new BookKeeper(options, found.kind === 'book' ? found.book : emptyBook());
  }

  /** What holds now. */
  get book(): DeviceBook {
    return this.#book;
  }

  /** The same, with when each was seen last up to this moment. */
  withSeen(): DeviceBook {
    return noteSeen(this.#seenAtMs)(this.#book);
  }

  /** Written down with the next change, or soon. */
  noteSeen(id: string): void {
    this.#seenAtMs.set(id, Date.now());
  }

  /** Holds at once; written down with the next that is saved. */
  apply(change: BookChange): void {
    // Who is new may need the room of another: not of one that was here a moment ago.
    this.#become(change(this.withSeen()));
    this.#pending = [...this.#pending, change].slice(-LARGEST_BACKLOG);
  }

  /** Writes down what was applied; what comes while one is written goes together with the next. @throws Failure those of the disk */
  save(): Promise<void> {
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

  /** Looks at once whether another process has changed the list. */
  look(): Promise<void> {
    const look = async (): Promise<void> => {
      const found = await this.#options.file.readIfChanged();
      const book = found === null ? null : this.#found(found);
      if (book === null) return;
      this.#become(applied(this.#pending, book));
      this.#options.onFound();
    };
    // A disk that is away: what is known here holds.
    this.#looking ??= look().catch(() => undefined).finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#note();
    await this.#saving;
  }

  #become(book: DeviceBook): void {
    this.#book = book;
    this.#options.onBook(book);
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
    await this.save().catch(() => undefined);
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
