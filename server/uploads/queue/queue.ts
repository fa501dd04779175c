import { randomBytes } from 'node:crypto';
import type { QueueReply } from '../../contracts/api.ts';
import type { Totals, UploadRecord, UploadState } from '../../contracts/upload.ts';
import { Tally, type OpenTotals } from './tally.ts';

/** Ended records beyond this many leave the queue, the oldest first. */
const MOST_RECORDS = 10_000;

const ENDED: ReadonlySet<UploadState> = new Set<UploadState>(['stored', 'failed', 'cancelled']);

interface Change {
  readonly revision: number;
  readonly id: string;
  readonly senderId: string;
}

/**
 * Every record, and what changed since when. A log of changes makes the cost of a poll grow with what changed, not with the
 * length of the queue; it is compacted when most of it is out of date.
 */
export class Queue {
  /** Differs from run to run, so that a revision of an earlier run is never taken for one of this. */
  readonly #run = randomBytes(4).toString('hex');
  readonly #records = new Map<string, UploadRecord>();
  readonly #latest = new Map<string, number>();
  readonly #everyone = new Tally();
  /** Of those who have a record; anybody may come as any number of senders. */
  readonly #bySender = new Map<string, Tally>();
  /** Ids of what has ended, the oldest first: to look for them among what waits would take longer with each file that waits. */
  readonly #ended = new Set<string>();
  #changes: Change[] = [];
  #revision = 0;
  #storedBytes = 0;
  /** Revisions before this one have lost track of removals. */
  #completeFrom = 0;

  get(id: string): UploadRecord | undefined {
    return this.#records.get(id);
  }

  inState(state: UploadState): readonly UploadRecord[] {
    return this.filter((record) => record.state === state);
  }

  filter(isWanted: (record: UploadRecord) => boolean): readonly UploadRecord[] {
    return [...this.#records.values()].filter(isWanted);
  }

  totals(): Totals {
    return this.#everyone.totals();
  }

  /** What has not ended. @param senderId of this sender's only */
  open(senderId?: string): OpenTotals {
    const tally = senderId === undefined ? this.#everyone : this.#bySender.get(senderId);
    return (tally ?? new Tally()).open();
  }

  /** Bytes that have been added to the folder since the start; also of what is no longer in the queue. */
  storedBytes(): number {
    return this.#storedBytes;
  }

  /** Adds a record or replaces the one with its id. */
  set(record: UploadRecord): void {
    const before = this.#records.get(record.id);
    if (record.state === 'stored' && before?.state !== 'stored' && record.wasThere !== true) this.#storedBytes += record.received;
    this.#count(record);
    if (before !== undefined) this.#discount(before);
    this.#records.set(record.id, record);
    if (ENDED.has(record.state)) this.#ended.add(record.id);
    else this.#ended.delete(record.id);
    this.#note(record);
    if (before === undefined && this.#records.size > MOST_RECORDS) this.#dropOldestEnded();
  }

  remove(id: string): void {
    const record = this.#records.get(id);
    if (record === undefined) return;
    this.#discount(record);
    this.#records.delete(id);
    this.#ended.delete(id);
    this.#note(record);
  }

  /**
   * @param since revision of an earlier answer; anything else answers everything
   * @param senderId only this sender's records; undefined for all
   */
  changes(since: string | undefined, senderId: string | undefined): QueueReply {
    const revision = `${this.#run}-${this.#revision}`;
    if (since === revision) return { revision, unchanged: true };
    const tally = senderId === undefined ? this.#everyone : this.#bySender.get(senderId);
    const totals = (tally ?? new Tally()).totals();
    const isVisible = (owner: string): boolean => senderId === undefined || owner === senderId;

    const known = this.#revisionNumber(since);
    if (known === null) {
      const uploads = [...this.#records.values()].filter((record) => isVisible(record.sender.id));
      return { revision, full: true, uploads, removed: [], totals };
    }
    const uploads: UploadRecord[] = [];
    const removed: string[] = [];
    for (let at = this.#firstAfter(known); at < this.#changes.length; at += 1) {
      const change = this.#changes[at];
      if (change === undefined || !isVisible(change.senderId) || this.#latest.get(change.id) !== change.revision) continue;
      const record = this.#records.get(change.id);
      if (record === undefined) removed.push(change.id);
      else uploads.push(record);
    }
    if (uploads.length === 0 && removed.length === 0) return { revision, unchanged: true };
    return { revision, full: false, uploads, removed, totals };
  }

  #note(record: UploadRecord): void {
    this.#revision += 1;
    this.#latest.set(record.id, this.#revision);
    this.#changes.push({ revision: this.#revision, id: record.id, senderId: record.sender.id });
    if (this.#changes.length > 4 * Math.max(MOST_RECORDS, this.#records.size)) this.#compact();
  }

  /** Keeps the last change of each record that still exists; removals are forgotten with all that came before. */
  #compact(): void {
    this.#completeFrom = this.#revision;
    this.#changes = this.#changes.filter(({ id, revision }) => this.#records.has(id) && this.#latest.get(id) === revision);
    for (const id of this.#latest.keys()) if (!this.#records.has(id)) this.#latest.delete(id);
  }

  #revisionNumber(since: string | undefined): number | null {
    if (since === undefined || !since.startsWith(`${this.#run}-`)) return null;
    const number = Number(since.slice(this.#run.length + 1));
    return Number.isSafeInteger(number) && number >= this.#completeFrom && number <= this.#revision ? number : null;
  }

  /** Binary search: changes stand in order of their revision. */
  #firstAfter(revision: number): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle]?.revision ?? 0) > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #dropOldestEnded(): void {
    const oldest = this.#ended.values().next();
    if (oldest.done !== true) this.remove(oldest.value);
  }

  #count(record: UploadRecord): void {
    const tally = this.#bySender.get(record.sender.id) ?? new Tally();
    this.#bySender.set(record.sender.id, tally);
    tally.add(record);
    this.#everyone.add(record);
  }

  #discount(record: UploadRecord): void {
    const tally = this.#bySender.get(record.sender.id);
    tally?.subtract(record);
    if (tally?.isEmpty() === true) this.#bySender.delete(record.sender.id);
    this.#everyone.subtract(record);
  }
}
