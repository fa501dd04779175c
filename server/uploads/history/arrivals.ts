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
  /** By inode; the latest, when another file got the inode of one that is gone. */
  readonly #byInode = new Map<string, FileLine>();
  #lineCount = 0;
  #damagedCount = 0;

  restart(): void {
    this.#arrived.clear();
    this.#pending.clear();
    this.#byInode.clear();
    this.#lineCount = 0;
    this.#damagedCount = 0;
  }

  lines(lines: readonly string[]): void {
    for (const line of lines) if (line !== '') this.#take(line);
  }

  get(id: string): FileLine | undefined {
    return this.#arrived.get(id);
  }

  /** What was noted of the file that has this inode. */
  withInode(inode: string): FileLine | undefined {
    return this.#byInode.get(inode);
  }

  /** Oldest first. */
  arrived(): readonly FileLine[] {
    return [...this.#arrived.values()];
  }

  pending(): readonly FileLine[] {
    return [...this.#pending.values()];
  }

  /** Noted last under that id, and not known to have got its name. */
  pendingOf(id: string): FileLine | undefined {
    return this.#pending.get(id);
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
        else this.#expect(line);
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

  #expect(file: FileLine): void {
    const { id } = file.record;
    this.#dropInode(this.#pending.get(id));
    this.#pending.set(id, file);
    this.#byInode.set(file.inode, file);
  }

  #arrive(file: FileLine): void {
    const { id } = file.record;
    this.#dropInode(this.#pending.get(id));
    this.#pending.delete(id);
    this.#dropInode(this.#arrived.get(id));
    // At the end, also when it was there before: it has arrived anew.
    this.#arrived.delete(id);
    this.#arrived.set(id, file);
    this.#byInode.set(file.inode, file);
    const oldest = this.#arrived.entries().next();
    if (this.#arrived.size <= MOST_ARRIVALS || oldest.done === true) return;
    this.#dropInode(oldest.value[1]);
    this.#arrived.delete(oldest.value[0]);
  }

  #dropInode(file: FileLine | undefined): void {
    if (file !== undefined && this.#byInode.get(file.inode) === file) this.#byInode.delete(file.inode);
  }

  #forget(id: string): void {
    const file = this.#arrived.get(id);
    if (file === undefined) return;
    const forgotten = { ...file, isForgotten: true as const };
    this.#arrived.set(id, forgotten);
    if (this.#byInode.get(file.inode) === file) this.#byInode.set(file.inode, forgotten);
  }
}
