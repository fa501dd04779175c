import type { BatchReply, CacheHealth, QueueReply } from '../contracts/api.ts';
import type { DuplicatePolicy } from '../contracts/duplicates.ts';
import type { AnnouncedFile, Sender, UploadRecord, UploadState } from '../contracts/upload.ts';
import { asFailure, Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { createAbsence } from './folder/absence.ts';
import { announceFiles } from './announce-files.ts';
import { findHere, type FoundHere } from './find-here.ts';
import type { BatchProgress } from './progress/batch-progress.ts';
import type { DuplicateChoice } from './naming/duplicate-choice.ts';
import { sizeFailure } from './space/file-system-limit.ts';
import { createSpace } from './space/create-space.ts';
import { createArrivalList } from './history/arrival-list.ts';
import { Ledger } from './queue/ledger.ts';
import { openBytes, promisedTo } from './space/open-bytes.ts';
import type { ProgressCache } from './progress/progress-cache.ts';
import type { ProgressEntry } from './progress/progress-entry.ts';
import type { Recovered } from './resumable/recovered.ts';
import { endsForGood } from './resumable/transfer.ts';
import { ResumableUploads } from './resumable/resumable-uploads.ts';
import type { Standing } from './resumable/standing.ts';
import { receiveUpload, type Arrival, type FileOrder } from './reception.ts';
import type { Hold, Space } from './space/space.ts';
import type { UploadFolder } from './folder/upload-folder.ts';

const ENDED: ReadonlySet<UploadState> = new Set<UploadState>(['stored', 'failed', 'cancelled']);

interface ServiceOptions {
  readonly folder: UploadFolder;
  readonly cache: ProgressCache;
  readonly log: Log;
  /** Bytes. */
  readonly maxFileBytes: number;
  /** Bytes that must stay free on the disk. */
  readonly reserveBytes: number;
  /** Most bytes that the upload folder may hold; null when the disk is the limit. */
  readonly quotaBytes: number | null;
  /** Unfinished uploads that can be resumed are kept this long after their last byte. */
  readonly keepMs: number;
  readonly duplicates: DuplicateChoice;
}

/**
 * The work: what is on its way, what arrived, who may see it. Knows no request and no window. Where a method takes a
 * `senderId`, it sees only that sender's uploads; undefined sees all.
 */
export class UploadService {
  /** Uploads that can be resumed. */
  readonly resumable: ResumableUploads;
  /** What arrived in the folder, also in earlier runs. */
  readonly arrived = createArrivalList(() => this.#folder.history);
  /** Who may decide about names that exist already. */
  readonly duplicates: DuplicateChoice;
  readonly #ledger: Ledger;
  readonly #options: ServiceOptions;
  readonly #space: Space;
  readonly #absence = createAbsence({
    waiting: () => this.#ledger.queue.inState('waiting'),
    isSending: (senderId) => this.#ledger.queue.inState('receiving').some(({ sender }) => sender.id === senderId),
    onGone: (record) => this.#ledger.fail(record, new Failure('SENDER_GONE')),
  });
  #folder: UploadFolder;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#folder = options.folder;
    this.duplicates = options.duplicates;
    this.#ledger = new Ledger(options.cache, options.log);
    this.#space = createSpace({ queue: this.#ledger.queue, folder: () => this.#folder, reserveBytes: options.reserveBytes, quotaBytes: options.quotaBytes });
    this.resumable = new ResumableUploads({ ledger: this.#ledger, maxFileBytes: options.maxFileBytes, keepMs: options.keepMs, space: this.#space });
  }

  /** Tells that a sender is there. */
  seen(senderId: string): void {
    this.#absence.seen(senderId);
  }

  /** From now on files land there; what is unfinished in it goes on. */
  async useFolder(folder: UploadFolder): Promise<Recovered> {
    const { keepMs, log } = this.#options;
    if (folder !== this.#folder) await this.#folder.neighbours.leave();
    this.#folder = folder;
    const { stored, damagedLines } = await folder.storedBefore(keepMs);
    if (damagedLines > 0) log('warn', 'history:damaged', { lines: damagedLines });
    this.#ledger.remember(stored, folder.path);
    const recovered = await this.resumable.restore(folder);
    if (recovered.count > 0) log('info', 'uploads:recovered', { ...recovered });
    return recovered;
  }

  /** Makes a resumable upload, if there is room for what is still to come of it. @throws as {@link ResumableUploads.create} and `holdRoom` */
  async createResumable(info: Parameters<ResumableUploads['create']>[1]): Promise<Standing> {
    const tooLarge = this.#sizeFailure(info.size);
    if (tooLarge !== null) throw tooLarge;
    const told = info.digest ?? this.#ledger.told.get(info.id);
    const duplicates = info.duplicates ?? this.#policyOf(info.id);
    const file = { id: info.id, name: info.rawName, folder: info.folder, size: info.size };
    if (told !== undefined) await this.#announceIfHere(info.sender, info.batch, { ...file, digest: told }, duplicates);
    const arrived = await this.resumable.arrivedBytes(info.id, info.sender.id);
    const promised = (): number => promisedTo(this.#ledger.queue.get(info.id));
    const hold = await this.#space.decide(() => {
      const held = this.#space.hold(info.size - arrived, promised() + this.#space.promisedElsewhere(({ id }) => id === info.id));
      // What its record promises, from an announcement or soon, is not counted twice.
      held.follow(() => info.size - arrived - promised());
      return held;
    });
    try {
      return await this.resumable.create(this.#folder, { ...info, duplicates, ...(told === undefined ? {} : { digest: told }) });
    } finally {
      hold.release();
    }
  }

  changes(since: string | undefined, senderId: string | undefined): QueueReply {
    return this.#ledger.queue.changes(since, senderId);
  }

  cacheHealth(): CacheHealth {
    return this.#options.cache.health();
  }

  /** Bytes that may still be announced; null when the system does not say. @throws Failure STORAGE_UNAVAILABLE */
  async freeBytes(): Promise<number | null> {
    await this.#space.look();
    const { bytes } = this.#space.room();
    return Number.isFinite(bytes) ? bytes : null;
  }

  /**
   * Keeps room for a request. What its sender has announced may be what comes with it, and is not counted twice.
   * @throws Failure INSUFFICIENT_STORAGE, QUOTA_EXCEEDED, STORAGE_UNAVAILABLE
   */
  holdRoom(bytes: number, senderId: string): Promise<Hold> {
    const own = (): number => openBytes(this.#ledger.queue, senderId).promisedBytes + this.#space.promisedElsewhere((upload) => upload.senderId === senderId);
    return this.#space.decide(() => this.#space.hold(bytes, own()));
  }

  /** Whether the upload folder is where it was. */
  isFolderThere(): Promise<boolean> {
    return this.#folder.isThere();
  }

  /** @throws Failure UPLOAD_NOT_FOUND, also for somebody else's */
  async find(id: string, senderId: string | undefined): Promise<UploadRecord> {
    return visible(await this.#ledger.findRecord(id), senderId);
  }

  /** What is known under a progress key of that sender's, be it a batch's or an upload's. */
  progress(key: string, senderId: string): Promise<ProgressEntry | undefined> {
    return this.#ledger.find(key, senderId);
  }

  /** @param totalBytes of the form; null when its sender did not say */
  openBatch(key: string, senderId: string, totalBytes: number | null): BatchProgress {
    return this.#ledger.openBatch(key, senderId, totalBytes);
  }

  /**
   * Makes files known before they come; what is under way or stored stays as it is. Those that the disk has no room for fail, in
   * their order: one that does not fit does not stop a smaller one after it. What `holdRoom` saw last of the disk counts.
   * @param revive also those that were cancelled
   * @param duplicates for names that exist already; undefined: what was announced before stays, else what is usual now
   * @throws Failure UPLOAD_ID_IN_USE when an id belongs to another sender
   */
  announce(sender: Sender, batch: string, files: readonly AnnouncedFile[], revive: boolean, duplicates?: DuplicatePolicy, here: FoundHere['here'] = new Map()): readonly UploadRecord[] {
    const ids = new Set(files.map(({ id }) => id));
    return announceFiles(files, {
      sender, batch, revive, here, ledger: this.#ledger,
      room: (ownBytes) => this.#space.room(ownBytes + this.#space.promisedElsewhere(({ id }) => ids.has(id))),
      policyOf: (id) => duplicates ?? (revive ? this.duplicates.usual : this.#policyOf(id)),
      sizeFailure: (size) => this.#sizeFailure(size),
    });
  }

  /** As `announce`, also of what was cancelled, and before any of it comes: what is here already, and is to be skipped then, is stored at once. */
  async announceAhead(sender: Sender, batch: string, files: readonly AnnouncedFile[], duplicates = this.duplicates.usual): Promise<Omit<BatchReply, 'batch'>> {
    const { here, worthHashing } = await this.#findHere(sender, files, duplicates);
    const uploads = await this.#space.decide(() => this.announce(sender, batch, files, true, duplicates, here));
    return { uploads, ...(worthHashing.length === 0 ? {} : { worthHashing }) };
  }

  /** Takes in one file. Never rejects: what goes wrong is the file's outcome. */
  receive(order: FileOrder): Promise<Arrival> {
    const duplicates = order.duplicates ?? (order.announced === undefined ? this.duplicates.usual : this.#policyOf(order.announced.id));
    return receiveUpload({ ...order, duplicates }, { ledger: this.#ledger, folder: this.#folder, maxFileBytes: this.#options.maxFileBytes });
  }

  /**
   * Files whose sender found that it cannot send them as announced, before or while their bytes come. What came of one that can be
   * resumed is removed when the file is no longer what it was, and stays otherwise. Resolves when the records say so; never rejects.
   */
  async withdraw(ids: readonly string[], failure: Failure): Promise<void> {
    const ending = ids.map(async (id) => this.#ledger.running.end(id, failure));
    if (endsForGood(failure)) {
      const left = (id: string, error: unknown): void => this.#options.log('warn', 'upload:left', { id, cause: asFailure(error).code });
      await Promise.all(ending);
      // First: one that was announced anew waits, and still has bytes here.
      await Promise.all(ids.map((id) => this.#discard(id, failure).catch((error: unknown) => left(id, error))));
    }
    this.giveUp(ids, undefined, failure);
    await Promise.all(ending);
  }

  /**
   * Files that were announced and did not come: their form has ended without them.
   * @returns the records of those that are this sender's; what is not waiting stays as it is
   */
  giveUp(ids: readonly string[], senderId: string | undefined, failure: Failure): readonly UploadRecord[] {
    const records = ids.flatMap((id) => this.#ledger.queue.get(id) ?? []).filter(({ sender }) => senderId === undefined || sender.id === senderId);
    return records.map((record) => (record.state === 'waiting' ? this.#ledger.fail(record, failure) : record));
  }

  /** The batch under which the sender announced these files before; undefined when it did not. */
  batchOf(files: readonly AnnouncedFile[], senderId: string): string | undefined {
    const record = files.map(({ id }) => this.#ledger.recall(id)).find((known) => known !== undefined);
    return record?.sender.id === senderId ? record.batch : undefined;
  }

  /**
   * Cancels an upload that is on its way, and resolves when its record says so; drops one that has ended from the list, never from
   * the disk.
   * @throws Failure UPLOAD_NOT_FOUND, also for somebody else's; ALREADY_COMPLETE when it was stored meanwhile
   */
  async cancelOrDrop(id: string, senderId: string | undefined): Promise<void> {
    const record = visible(this.#ledger.recall(id), senderId);
    const cancelled = new Failure('CANCELLED');
    const ending = this.#ledger.running.end(id, cancelled);
    if (ending === null && ENDED.has(record.state)) {
      this.#ledger.remove(id);
      return;
    }
    await ending;
    const isResumable = await this.resumable.has(id);
    const now = this.#ledger.queue.get(id) ?? record;
    if (now.state === 'stored') throw new Failure('ALREADY_COMPLETE');
    if (ENDED.has(now.state)) return;
    if (isResumable) await this.resumable.terminate(id, record.sender.id);
    else this.#ledger.fail(now, cancelled);
  }

  /** Where a stored file is on this machine, also one that an earlier run stored. */
  locate(id: string): string | null {
    return this.#ledger.locate(id) ?? this.#folder.history.locate(id);
  }

  /** Uploads that are waiting or whose bytes are coming in. @param except ids that do not count */
  activeUploads(except: ReadonlySet<string> = new Set()): number {
    const { waiting } = this.#ledger.queue.totals().count;
    const excepted = [...except].filter((id) => this.#ledger.queue.get(id)?.state === 'waiting').length;
    return waiting - excepted + this.movingUploads();
  }

  /** Uploads whose bytes are coming in. */
  movingUploads(): number {
    const { receiving, finishing } = this.#ledger.queue.totals().count;
    return receiving + finishing;
  }

  async stop(): Promise<void> {
    this.#absence.stop();
    this.resumable.stop();
    this.#space.stop();
    await this.#folder.neighbours.leave();
    await this.#folder.history.flush();
    await this.#options.cache.stop();
  }

  #findHere(sender: Sender, files: readonly AnnouncedFile[], duplicates: DuplicatePolicy): Promise<FoundHere> {
    return findHere(files, { folder: this.#folder, senderId: sender.id, policyOf: () => duplicates, hasBegun: (id) => this.resumable.has(id) });
  }

  async #announceIfHere(sender: Sender, batch: string, file: AnnouncedFile, duplicates: DuplicatePolicy): Promise<void> {
    const { here } = await this.#findHere(sender, [file], duplicates);
    if (here.size > 0) this.announce(sender, batch, [file], false, duplicates, here);
  }

  #policyOf(id: string): DuplicatePolicy {
    return this.#ledger.policies.get(id) ?? this.duplicates.usual;
  }

  async #discard(id: string, failure: Failure): Promise<void> {
    const record = this.#ledger.queue.get(id);
    if (record === undefined || record.state === 'stored' || !(await this.resumable.has(id))) return;
    await this.resumable.terminate(id, record.sender.id, failure);
  }

  #sizeFailure(size: number): Failure | null {
    return sizeFailure(size, this.#options.maxFileBytes, this.#folder.maxFileBytes);
  }
}

function visible(record: UploadRecord | undefined, senderId: string | undefined): UploadRecord {
  if (record === undefined || (senderId !== undefined && record.sender.id !== senderId)) throw new Failure('UPLOAD_NOT_FOUND');
  return record;
}
