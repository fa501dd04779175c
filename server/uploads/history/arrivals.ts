import { parseLogLine, type FileLine } from './log-line.ts';
import type { LogReader } from './append-log.ts';

/** Most uploads that are remembered; of more, the latest. */
export const MOST_ARRIVALS = 10_000;

/** A file that was noted and never got its name is forgotten after this long. */
const PENDING_MS = 24 * 60 * 60_000;

/** What the lines of the log say, taken together. */
export class Arrivals implements LogReader {
  /** By id, oldest first. */
  readonly #arrived = new Map<string, FileLine>();
  /** Noted, and not known to have got their names. */
  readonly #pending = new Map<string, FileLine>();
  #lineCount = 0;
  #damagedCount = 0;

  restart(): void {
    this.#arrived.clear();
    this.#pending.clear();
    this.#lineCount = 0;
    this.#damagedCount = 0;
  }

  lines(lines: readonly string[]): void {
    for (const line of lines) if (line !== '') this.#take(line);
  }

  get(id: string): FileLine | undefined {
    return this.#arrived.get(id);
  }

  /** Oldest first. */
  arrived(): readonly FileLine[] {
    return [...this.#arrived.values()];
  }

  pending(): readonly FileLine[] {
    return [...this.#pending.values()];
  }

  /** Lines that could not be read. */
  damagedCount(): number {
    return this.#damagedCount;
  }

  /** Whether most of the log says nothing any more. */
  isWorthReplacing(): boolean {
    return this.#lineCount > 2 * (this.#arrived.size + this.#pending.size) + 1000;
  }

  /** The fewest lines that say the same. */
  toLines(): readonly FileLine[] {
    const young = this.pending().filter(({ record }) => Date.now() - record.storedAtMs < PENDING_MS);
    return [...this.arrived(), ...young];
  }

  #take(text: string): void {
    this.#lineCount += 1;
    const line = parseLogLine(text);
    if (line === null) {
      this.#damagedCount += 1;
      return;
    }
    switch (line.kind) {
      case 'file':
        if (line.isNamed === true) this.#arrive(line);
        else this.#pending.set(line.record.id, line);
        break;
      case 'named':
        for (const [id, inode] of line.files) {
          const file = this.#pending.get(id);
          if (file?.inode === inode) this.#arrive({ ...file, isNamed: true });
        }
        break;
      case 'forgotten':
        this.#forget(line.id);
        break;
      default:
        line satisfies never;
    }
  }

  #arrive(file: FileLine): void {
    const { id } = file.record;
    this.#pending.delete(id);
    // At the end, also when it was there before: it has arrived anew.
    this.#arrived.delete(id);
    this.#arrived.set(id, file);
    const oldest = this.#arrived.keys().next();
    if (this.#arrived.size > MOST_ARRIVALS && oldest.done !== true) this.#arrived.delete(oldest.value);
  }

  #forget(id: string): void {
    const file = this.#arrived.get(id);
    if (file !== undefined) this.#arrived.set(id, { ...file, isForgotten: true });
  }
}
