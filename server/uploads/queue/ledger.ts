import { join } from 'node:path';
import QuickLRU from 'quick-lru';
import type { DuplicatePolicy } from '../../contracts/duplicates.ts';
import type { FileDigest, Sender, UploadRecord, UploadState } from '../../contracts/upload.ts';
import type { FailureCode } from '../../contracts/failure.ts';
import { Failure } from '../../failure.ts';
import type { Log, LogLevel } from '../../log.ts';
import { createBatchProgress, type BatchProgress } from '../progress/batch-progress.ts';
import type { ProgressCache } from '../progress/progress-cache.ts';
import type { ProgressEntry } from '../progress/progress-entry.ts';
import { Queue } from './queue.ts';
import type { CheckedDigest } from '../hash/check-digest.ts';
import { RunningUploads } from './running-uploads.ts';
import { storedRecord, type StoredRecord } from './stored-record.ts';
import type { PublishedFile } from '../folder/published-file.ts';
import { USUAL_UNFINISHED, type UnfinishedLimits } from '../unfinished-limits.ts';

/** Batches whose sum this process remembers without asking the cache. */
const REMEMBERED_BATCHES = 2000;

/** What broke an upload off that gets better when something happens at the receiving computer, and not before. */
const OURS_TO_MEND: ReadonlySet<FailureCode> = new Set<FailureCode>(['INSUFFICIENT_STORAGE', 'QUOTA_EXCEEDED', 'STORAGE_UNAVAILABLE', 'STORAGE_IO_ERROR']);

const UNDER_WAY: ReadonlySet<UploadState> = new Set<UploadState>(['receiving', 'finishing']);

/** How much somebody at the receiving computer should care. */
function levelOf({ code }: Failure): LogLevel {
  if (code === 'INTERNAL' || code === 'STORAGE_IO_ERROR') return 'error';
  return OURS_TO_MEND.has(code) ? 'warn' : 'info';
}

/** True while bytes of the upload are being taken in or finished. */
export function isUnderWay(record: UploadRecord): boolean {
  return UNDER_WAY.has(record.state);
}

/** The record as it is after a failure; CANCELLED is an end of its own. */
export function failedRecord(record: UploadRecord, failure: Failure): UploadRecord {
  const state = failure.code === 'CANCELLED' ? 'cancelled' : 'failed';
  return { ...record, state, failure: failure.report(), changedAtMs: Date.now() };
}

/** Digests that senders told in announcements; an upload whose own was forgotten is stored without being verified. */
const REMEMBERED_DIGESTS = 20_000;

/** As many as digests: an upload whose own was forgotten goes by what is usual. */
const REMEMBERED_POLICIES = 20_000;

/** One that was forgotten is known again as soon as its sender comes with its id. */
const REMEMBERED_REMOVALS = 20_000;

/** What this process knows of uploads and batches. Each change goes to the queue and, for other processes, to the cache. */
export class Ledger {
  readonly queue = new Queue();
  readonly running = new RunningUploads();
  /** What senders said beforehand that the hash of an upload will be. */
  readonly told = new QuickLRU<string, FileDigest>({ maxSize: REMEMBERED_DIGESTS });
  /** What holds for an announced upload when its name exists already. */
  readonly policies = new QuickLRU<string, DuplicatePolicy>({ maxSize: REMEMBERED_POLICIES });
  readonly #earlier = new Map<string, { readonly record: UploadRecord; readonly absolutePath: string }>();
  readonly #removed = new QuickLRU<string, true>({ maxSize: REMEMBERED_REMOVALS });
  readonly #places = new WeakMap<UploadRecord, string>();
  readonly #batches = new QuickLRU<string, ProgressEntry>({ maxSize: REMEMBERED_BATCHES });
  readonly #cache: ProgressCache;
  readonly #log: Log;

  readonly #limits: Pick<UnfinishedLimits, 'ofSender' | 'ofAll'>;

  constructor(cache: ProgressCache, log: Log, limits: Pick<UnfinishedLimits, 'ofSender' | 'ofAll'> = USUAL_UNFINISHED) {
    this.#cache = cache;
    this.#log = log;
    this.#limits = limits;
  }

  /**
   * Lets a sender have more than it has; what is let in together may go beyond the limit.
   * @throws Failure TOO_MANY_UPLOADS when too many of its own, or of all, have not come to their end
   */
  requireFew({ id, kind }: Sender): void {
    if (kind === 'window') return;
    const { ofSender, ofAll } = this.#limits;
    if (this.queue.open(id).count >= ofSender) throw new Failure('TOO_MANY_UPLOADS', { limit: ofSender });
    if (this.queue.open().count >= ofAll) throw new Failure('TOO_MANY_UPLOADS', { limit: ofAll });
  }

  put(record: UploadRecord): UploadRecord {
    this.queue.set(record);
    this.#cache.put(`upload:${record.id}`, { kind: 'upload', record });
    return record;
  }

  fail(record: UploadRecord, failure: Failure): UploadRecord {
    const isCancelled = failure.code === 'CANCELLED';
    this.#log(levelOf(failure), isCancelled ? 'upload:cancelled' : 'upload:failed', { id: record.id, name: record.name, code: failure.code, cause: failure.reason });
    return this.put(failedRecord(record, failure));
  }

  /** What came stays, and the upload can go on; when it was the disk that broke it off, the record says so. */
  interrupt(record: UploadRecord, failure: Failure): UploadRecord {
    this.#log(levelOf(failure), 'upload:interrupted', { id: record.id, name: record.name, bytes: record.received, code: failure.code, cause: failure.reason });
    const reason = OURS_TO_MEND.has(failure.code) ? { failure: failure.report() } : {};
    return this.put({ ...record, ...reason, state: 'interrupted', changedAtMs: Date.now() });
  }

  /** One that is interrupted was asked to go on, and cannot yet; its sender is there. Not worth a line each time. */
  keepWaiting(record: UploadRecord, failure: Failure): UploadRecord {
    return record.failure?.code === failure.code ? this.put({ ...record, changedAtMs: Date.now() }) : this.interrupt(record, failure);
  }

  store(record: UploadRecord, published: PublishedFile, digest: CheckedDigest): UploadRecord {
    const stored = storedRecord(record, published, digest);
    this.told.delete(record.id);
    this.policies.delete(record.id);
    if (stored.replaced === true) this.#noteReplaced(stored);
    this.#places.set(stored, published.absolutePath);
    this.#log('info', 'upload:stored', { id: record.id, name: stored.name, bytes: record.received, sender: record.sender.name, wasThere: stored.wasThere, replaced: stored.replaced });
    return this.put(stored);
  }

  /** What earlier runs stored. @param root folder that the paths begin at */
  remember(records: readonly UploadRecord[], root: string): void {
    for (const record of records) this.#earlier.set(record.id, { record, absolutePath: join(root, record.path) });
  }

  /** The record of an upload. One that an earlier run stored comes back into the queue when somebody asks for it. */
  recall(id: string): UploadRecord | undefined {
    const known = this.queue.get(id);
    const earlier = this.#earlier.get(id);
    if (known !== undefined || earlier === undefined) return known;
    this.#earlier.delete(id);
    this.#places.set(earlier.record, earlier.absolutePath);
    return this.put(earlier.record);
  }

  /** Takes over that an upload is stored, from another process or an earlier run. @param root folder that its path begins at */
  adopt(record: StoredRecord, root: string): UploadRecord {
    this.told.delete(record.id);
    this.policies.delete(record.id);
    this.#places.set(record, join(root, record.path));
    return this.put(record);
  }

  /** Whether somebody took it off the list: its sender may send another one under its id. */
  wasRemoved(id: string): boolean {
    return this.#removed.has(id);
  }

  /** Forgets an upload that has ended. */
  remove(id: string): void {
    this.#removed.set(id, true);
    this.queue.remove(id);
    this.told.delete(id);
    this.policies.delete(id);
    this.#cache.remove(`upload:${id}`);
  }

  /** Absolute path of a stored upload. */
  locate(id: string): string | null {
    const record = this.queue.get(id);
    return (record && this.#places.get(record)) ?? null;
  }

  /** Starts the progress of a form under its key. */
  openBatch(key: string, senderId: string, totalBytes: number | null): BatchProgress {
    const ownKey = batchKey(key, senderId);
    const write = (entry: ProgressEntry): void => {
      this.#batches.set(ownKey, entry);
      this.#cache.put(ownKey, entry);
    };
    return createBatchProgress({ senderId, totalBytes, write });
  }

  /** What is known under a sender's progress key, a batch's or an upload's, here or in another process. */
  async find(key: string, senderId: string): Promise<ProgressEntry | undefined> {
    const batch = this.#batches.get(batchKey(key, senderId));
    if (batch !== undefined) return batch;
    // Side by side: each may take its 250 ms.
    const [record, cached] = await Promise.all([this.findRecord(key), this.#cache.get(batchKey(key, senderId))]);
    return record?.sender.id === senderId ? { kind: 'upload', record } : cached;
  }

  /** The record of an upload, here or in another process. */
  async findRecord(id: string): Promise<UploadRecord | undefined> {
    const here = this.recall(id);
    if (here !== undefined) return here;
    const entry = await this.#cache.get(`upload:${id}`);
    return entry?.kind === 'upload' ? entry.record : undefined;
  }

  /** Uploads whose file is not there any more, because this one's took its place. */
  #noteReplaced({ id, path }: UploadRecord): void {
    const older = this.queue.inState('stored').filter((record) => record.path === path && record.id !== id && record.replacedBy === undefined);
    for (const record of older) this.put({ ...record, replacedBy: id, changedAtMs: Date.now() });
  }
}

/** Senders choose these keys, so each has a room of its own: nobody can take over another's. */
function batchKey(key: string, senderId: string): string {
  return `batch:${senderId}:${key}`;
}
