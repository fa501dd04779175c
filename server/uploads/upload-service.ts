import type { BatchReply, CacheHealth, QueueReply } from '../contracts/api.ts';
import type { DuplicatePolicy } from '../contracts/duplicates.ts';
import type { AnnouncedFile, Sender, UploadRecord } from '../contracts/upload.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { createAnnouncing, type Announcing } from './announcing.ts';
import { createCallingOff, type CallingOff } from './calling-off.ts';
import { createResumable, type ResumableOrder } from './create-resumable.ts';
import { createAbsence } from './folder/absence.ts';
import type { UploadFolder } from './folder/upload-folder.ts';
import { createArrivalList } from './history/arrival-list.ts';
import type { DuplicateChoice } from './naming/duplicate-choice.ts';
import type { BatchProgress } from './progress/batch-progress.ts';
import type { ProgressCache } from './progress/progress-cache.ts';
import type { ProgressEntry } from './progress/progress-entry.ts';
import { Ledger } from './queue/ledger.ts';
import { visibleRecord } from './queue/visible-record.ts';
import { createRecollect, type Recollect } from './recollect.ts';
import { receiveUpload, type Arrival, type FileOrder } from './reception.ts';
import type { Recovered } from './resumable/recovered.ts';
import { ResumableUploads } from './resumable/resumable-uploads.ts';
import type { Standing } from './resumable/standing.ts';
import { createSpace } from './space/create-space.ts';
import { sizeFailure } from './space/file-system-limit.ts';
import { openBytes } from './space/open-bytes.ts';
import type { Hold, Space } from './space/space.ts';
import type { UnfinishedLimits } from './unfinished-limits.ts';

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
  readonly unfinished: UnfinishedLimits;
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
  readonly #options: ServiceOptions;
  readonly #ledger: Ledger;
  readonly #space: Space;
  readonly #recollect: Recollect;
  readonly #announcing: Announcing;
  readonly #callingOff: CallingOff;
  readonly #absence = createAbsence({
    waiting: () => this.#ledger.queue.inState('waiting'),
    isSending: (senderId) => this.#ledger.queue.inState('receiving').some(({ sender }) => sender.id === senderId),
    onGone: (gone) => void this.#endOfGone(gone),
  });
  #folder: UploadFolder;

  constructor(options: ServiceOptions) {
    const { cache, duplicates, keepMs, log, quotaBytes, reserveBytes, unfinished } = options;
    this.#options = options;
    this.#folder = options.folder;
    this.duplicates = duplicates;
    const ledger = new Ledger(cache, log, unfinished);
    this.#ledger = ledger;
    this.#space = createSpace({ queue: ledger.queue, folder: () => this.#folder, reserveBytes, quotaBytes });
    this.#recollect = createRecollect(ledger, () => this.#folder);
    const recollect = this.#recollect;
    this.resumable = new ResumableUploads({ ledger, keepMs, recollect, space: this.#space, limits: unfinished });
    this.#announcing = createAnnouncing({
      ledger,
      space: this.#space,
      folder: () => this.#folder,
      usualPolicy: () => duplicates.usual,
      sizeFailure: (size) => this.#sizeFailure(size),
      hasBegun: (id) => this.resumable.has(id),
      recollect,
    });
    this.#callingOff = createCallingOff({ ledger, resumable: this.resumable, recollect, log, giveUp: (ids, failure) => this.giveUp(ids, undefined, failure) });
  }

  // Where it all lands.

  /** From now on files land there; what is unfinished in it goes on. When it cannot be read, all stays as it was. @throws system errors */
  async useFolder(folder: UploadFolder): Promise<Recovered> {
    const before = this.#folder;
    try {
      const recovered = await this.#takeIn(folder);
      this.#folder = folder;
      if (before !== folder) await before.neighbours.leave();
      return recovered;
    } catch (error) {
      if (before !== folder) await folder.neighbours.leave();
      throw error;
    }
  }

  /** Whether the upload folder is where it was. */
  isFolderThere(): Promise<boolean> {
    return this.#folder.isThere();
  }

  /** Where a stored file is on this machine, also one that an earlier run stored. */
  locate(id: string): string | null {
    return this.#ledger.locate(id) ?? this.#folder.history.locate(id);
  }

  // What is known.

  changes(since: string | undefined, senderId: string | undefined): QueueReply {
    return this.#ledger.queue.changes(since, senderId);
  }

  /** @throws Failure UPLOAD_NOT_FOUND, also for somebody else's */
  async find(id: string, senderId: string | undefined): Promise<UploadRecord> {
    return visibleRecord(await this.#ledger.findRecord(id), senderId);
  }

  /** What is known under a progress key of that sender's, be it a batch's or an upload's. */
  progress(key: string, senderId: string): Promise<ProgressEntry | undefined> {
    return this.#ledger.find(key, senderId);
  }

  cacheHealth(): CacheHealth {
    return this.#options.cache.health();
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

  // Room for it.

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

  // Before it comes.

  /** Tells that a sender is there. */
  seen(senderId: string): void {
    this.#absence.seen(senderId);
  }

  /** {@inheritDoc Announcing.announceAhead} */
  announceAhead(sender: Sender, batch: string, files: readonly AnnouncedFile[], duplicates?: DuplicatePolicy): Promise<Omit<BatchReply, 'batch'>> {
    return this.#announcing.announceAhead({ sender, batch, files, duplicates });
  }

  /** {@inheritDoc Announcing.announce} `holdRoom` has looked at the disk. */
  announce(sender: Sender, batch: string, files: readonly AnnouncedFile[], duplicates: DuplicatePolicy | undefined): readonly UploadRecord[] {
    return this.#announcing.announce({ sender, batch, files, duplicates });
  }

  /** {@inheritDoc Announcing.batchOf} */
  batchOf(files: readonly AnnouncedFile[], senderId: string): string | undefined {
    return this.#announcing.batchOf(files, senderId);
  }

  /** @param totalBytes of the form; null when its sender did not say */
  openBatch(key: string, senderId: string, totalBytes: number | null): BatchProgress {
    return this.#ledger.openBatch(key, senderId, totalBytes);
  }

  // While it comes.

  /** Takes in one file. Never rejects: what goes wrong is the file's outcome. */
  receive(order: FileOrder): Promise<Arrival> {
    const duplicates = order.duplicates ?? (order.announced === undefined ? this.duplicates.usual : this.#announcing.policyOf(order.announced.id));
    return receiveUpload({ ...order, duplicates }, { ledger: this.#ledger, folder: this.#folder, recollect: this.#recollect, maxFileBytes: this.#options.maxFileBytes });
  }

  /** {@inheritDoc createResumable} */
  createResumable(order: ResumableOrder): Promise<Standing> {
    const parts = { ledger: this.#ledger, space: this.#space, announcing: this.#announcing, resumable: this.resumable, recollect: this.#recollect };
    return createResumable(order, this.#folder, { ...parts, sizeFailure: (size) => this.#sizeFailure(size) });
  }

  // When it does not come.

  /** {@inheritDoc Announcing.giveUp} */
  giveUp(ids: readonly string[], senderId: string | undefined, failure: Failure): readonly UploadRecord[] {
    return this.#announcing.giveUp(ids, senderId, failure);
  }

  /** {@inheritDoc CallingOff.withdraw} */
  withdraw(ids: readonly string[], failure: Failure): Promise<void> {
    return this.#callingOff.withdraw(ids, failure);
  }

  /** {@inheritDoc CallingOff.cancelOrDrop} */
  cancelOrDrop(id: string, senderId: string | undefined): Promise<void> {
    return this.#callingOff.cancelOrDrop(id, senderId);
  }

  async stop(): Promise<void> {
    this.#absence.stop();
    this.resumable.stop();
    this.#space.stop();
    await this.#folder.neighbours.leave();
    await this.#folder.history.flush();
    await this.#options.cache.stop();
  }

  async #takeIn(folder: UploadFolder): Promise<Recovered> {
    const { keepMs, log } = this.#options;
    const { stored, damagedLines } = await folder.storedBefore(keepMs);
    if (damagedLines > 0) log('warn', 'history:damaged', { lines: damagedLines });
    this.#ledger.remember(stored, folder.path);
    const recovered = await this.resumable.restore(folder);
    if (recovered.count > 0) log('info', 'uploads:recovered', { ...recovered });
    return recovered;
  }

  /** Its sender may have sent it to another process meanwhile. */
  async #endOfGone({ id }: UploadRecord): Promise<void> {
    await this.#recollect([id]);
    this.giveUp([id], undefined, new Failure('SENDER_GONE'));
  }

  #sizeFailure(size: number): Failure | null {
    return sizeFailure(size, this.#options.maxFileBytes, this.#folder.maxFileBytes);
  }
}
