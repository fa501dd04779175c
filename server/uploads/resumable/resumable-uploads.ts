import type { Readable } from 'node:stream';
import type { UploadState } from '../../contracts/upload.ts';
import { Failure, systemErrorCode } from '../../failure.ts';
import { diskFailure } from '../disk-failure.ts';
import type { Ledger } from '../ledger.ts';
import { newRecord, type Placed } from '../new-record.ts';
import type { UploadFolder } from '../upload-folder.ts';
import type { Checksum } from './append-stream.ts';
import { createKnownHashes } from './known-hashes.ts';
import type { ResumableState } from './resumable-folder.ts';
import type { ResumableInfo } from './resumable-info.ts';
import { writeChunk } from './resumable-writer.ts';
import { lockUpload } from './upload-lock.ts';

/** A client may send in chunks with pauses between; after so long without one, its upload counts as interrupted. */
const IDLE_AFTER_MS = 10_000;

interface ResumableOptions {
  readonly ledger: Ledger;
  /** Bytes. */
  readonly maxFileBytes: number;
  /** Unfinished uploads are kept this long after their last byte. */
  readonly keepMs: number;
}

export interface AppendOrder {
  readonly id: string;
  readonly senderId: string;
  /** Where the sender believes the upload to stand. */
  readonly offset: number;
  /** Bytes that come now; null when the sender did not say. */
  readonly length: number | null;
  readonly checksum: Checksum | null;
  readonly stream: Readable;
  readonly signal: AbortSignal;
}

/** How far an upload is. */
export interface Standing {
  readonly offset: number;
  readonly size: number;
  /** When what is there will be given up; null once all is stored. */
  readonly expiresAtMs: number | null;
}

interface Found {
  readonly folder: UploadFolder;
  readonly state: ResumableState;
}

/**
 * Uploads that survive a lost connection and a restart: created with their size, appended to until complete, then published the
 * same way as every other file. The offset is always what is on disk.
 */
export class ResumableUploads {
  readonly #options: ResumableOptions;
  readonly #ledger: Ledger;
  readonly #folders = new Set<UploadFolder>();
  readonly #hashes = createKnownHashes();
  readonly #idle = new Map<string, NodeJS.Timeout>();

  constructor(options: ResumableOptions) {
    this.#options = options;
    this.#ledger = options.ledger;
  }

  /**
   * Takes in what an earlier run left unfinished in that folder, as `interrupted`, and gives up what is too old.
   * @returns how many can be resumed
   */
  async restore(folder: UploadFolder): Promise<number> {
    this.#folders.add(folder);
    const states = await folder.resumables.list();
    const isFresh = ({ changedAtMs }: ResumableState): boolean => Date.now() - changedAtMs < this.#options.keepMs;
    for (const { info, offset, changedAtMs } of states.filter(isFresh)) {
      if (this.#ledger.queue.get(info.id) !== undefined) continue;
      const { record } = placed(info);
      this.#ledger.put({ ...record, received: offset, state: 'interrupted', changedAtMs: Math.round(changedAtMs) });
    }
    for (const { info } of states.filter((state) => !isFresh(state))) await folder.resumables.remove(info.id);
    return states.filter(isFresh).length;
  }

  /**
   * Makes an upload in that folder, or finds the one that the same sender made under this id.
   * @throws Failure FILE_TOO_LARGE, UPLOAD_ID_IN_USE, CANCELLED, FILENAME_INVALID, PATH_TOO_DEEP, PATH_TOO_LONG, those of the disk
   */
  async create(folder: UploadFolder, announced: Omit<ResumableInfo, 'createdAtMs'>): Promise<Standing> {
    const { maxFileBytes, keepMs } = this.#options;
    const known = this.#ledger.queue.get(announced.id);
    if (known !== undefined && known.sender.id !== announced.sender.id) throw new Failure('UPLOAD_ID_IN_USE');
    if (known?.state === 'stored') return { offset: announced.size, size: announced.size, expiresAtMs: null };
    if (known?.state === 'cancelled') throw new Failure('CANCELLED');
    if (announced.size > maxFileBytes) throw new Failure('FILE_TOO_LARGE', { limit: maxFileBytes });
    const info = { ...announced, createdAtMs: known?.createdAtMs ?? Date.now() };
    const first = placed(info);
    if (!first.ok) throw first.failure;
    this.#folders.add(folder);
    try {
      await folder.resumables.create(info);
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw diskFailure(error);
      return this.#standingOfSame(info);
    }
    this.#ledger.put(first.record);
    this.#watchIdle(info.id);
    return { offset: 0, size: info.size, expiresAtMs: Date.now() + keepMs };
  }

  /**
   * Where an upload stands. Whoever asks is about to go on, so an older connection that still hangs has to let go.
   * @throws Failure UPLOAD_NOT_FOUND (also for somebody else's), UPLOAD_STATE_LOST, UPLOAD_EXPIRED, UPLOAD_LOCKED
   */
  async standing(id: string, senderId: string): Promise<Standing> {
    const size = this.#storedSize(id, senderId);
    if (size !== null) return { offset: size, size, expiresAtMs: null };
    return this.#locked(id, senderId, ({ state }) => Promise.resolve(this.#standingOf(state)));
  }

  /**
   * Adds bytes at the end; with the last one, the file is checked and stored.
   * @throws Failure UPLOAD_OFFSET_CONFLICT, UPLOAD_SIZE_EXCEEDED, CHECKSUM_MISMATCH, UPLOAD_ABORTED, UPLOAD_STALLED, CANCELLED, those of
   *   the disk, and as `standing`
   */
  async append(order: AppendOrder): Promise<Standing> {
    const stored = this.#storedSize(order.id, order.senderId);
    if (stored !== null) throw new Failure('UPLOAD_OFFSET_CONFLICT', { offset: stored });
    return this.#locked(order.id, order.senderId, async (found, wanted) => {
      const { info } = found.state;
      if (order.offset !== found.state.offset) throw new Failure('UPLOAD_OFFSET_CONFLICT', { offset: found.state.offset });
      if (order.offset + (order.length ?? 0) > info.size) throw new Failure('UPLOAD_SIZE_EXCEEDED', { limit: info.size });
      const offset = await this.#write(order, found, wanted);
      if (offset === info.size) return this.#finish(found);
      this.#watchIdle(info.id);
      return { offset, size: info.size, expiresAtMs: Date.now() + this.#options.keepMs };
    });
  }

  /**
   * Gives an upload up and removes what had arrived.
   * @throws Failure ALREADY_COMPLETE and as `standing`
   */
  async terminate(id: string, senderId: string): Promise<void> {
    if (this.#storedSize(id, senderId) !== null) throw new Failure('ALREADY_COMPLETE');
    const running = this.#ledger.queue.get(id)?.sender.id === senderId ? this.#ledger.running.get(id) : undefined;
    running?.abort(new Failure('CANCELLED'));
    await this.#locked(id, senderId, async ({ folder, state }) => {
      await folder.resumables.remove(id);
      this.#ledger.fail(this.#recordOf(state, 'interrupted'), new Failure('CANCELLED'));
    }).catch((error: unknown) => {
      // The request that was bringing it has removed it already.
      if (running === undefined || !(error instanceof Failure && error.code === 'UPLOAD_NOT_FOUND')) throw error;
    });
  }

  /** True for an upload that was made here or restored, and has not ended. */
  has(id: string): Promise<boolean> {
    return this.#find(id).then((found) => found !== undefined, () => false);
  }

  stop(): void {
    for (const timer of this.#idle.values()) clearTimeout(timer);
  }

  async #write(order: AppendOrder, { folder, state }: Found, wanted: AbortSignal): Promise<number> {
    const { id, offset, checksum, stream } = order;
    const running = new AbortController();
    const hash = this.#hashes.take(id, offset);
    clearTimeout(this.#idle.get(id));
    this.#ledger.running.set(id, running);
    const follow = (received: number, next: UploadState): void => {
      this.#ledger.put({ ...this.#recordOf(state, next), received });
    };
    follow(offset, 'receiving');
    try {
      const signal = AbortSignal.any([running.signal, order.signal, wanted]);
      const now = await writeChunk(stream, folder.resumables, { id, offset, size: state.info.size, hash, checksum, signal, follow });
      if (hash !== null) this.#hashes.keep(id, now, hash);
      return now;
    } catch (error) {
      throw await this.#interrupt({ folder, state }, diskFailure(error));
    } finally {
      this.#ledger.running.delete(id);
    }
  }

  /** All bytes are here and durable. */
  async #finish(found: Found): Promise<Standing> {
    const { folder, state } = found;
    const { id, size } = state.info;
    const placement = placed(state.info);
    try {
      if (!placement.ok) throw placement.failure;
      const sha256 = this.#hashes.take(id, size)?.digest('hex') ?? (await folder.resumables.hash(id));
      if (state.info.sha256 !== undefined && state.info.sha256 !== sha256) throw new Failure('CHECKSUM_MISMATCH');
      const { folders, name } = placement.placement;
      const published = await folder.publish({ path: folder.resumables.partOf(id) }, folders, name);
      await folder.resumables.remove(id);
      this.#ledger.store({ ...this.#recordOf(state, 'finishing'), received: size }, published, sha256);
      return { offset: size, size, expiresAtMs: null };
    } catch (error) {
      const failure = diskFailure(error);
      // Not the file that was announced: nothing that could be added would make it right.
      if (failure.code !== 'CHECKSUM_MISMATCH') throw await this.#interrupt(found, failure);
      await folder.resumables.remove(id);
      this.#ledger.fail(this.#recordOf(state, 'failed'), failure);
      throw failure;
    }
  }

  /** What came stays, and the upload can go on; unless it was called off. */
  async #interrupt({ folder, state }: Found, failure: Failure): Promise<Failure> {
    if (failure.code === 'CANCELLED') {
      await folder.resumables.remove(state.info.id);
      this.#ledger.fail(this.#recordOf(state, 'interrupted'), failure);
      return failure;
    }
    const now = await folder.resumables.find(state.info.id);
    this.#ledger.put({ ...this.#recordOf(state, 'interrupted'), received: now?.offset ?? 0 });
    return failure;
  }

  async #locked<Result>(id: string, senderId: string, job: (found: Found, wanted: AbortSignal) => Promise<Result>): Promise<Result> {
    const { folder } = await this.#require(id, senderId);
    const lock = await lockUpload(folder.resumables.lockOf(id));
    try {
      // Again: whoever had the lock may have finished it.
      return await job(await this.#require(id, senderId), lock.wanted);
    } finally {
      await lock.release();
    }
  }

  async #require(id: string, senderId: string): Promise<Found> {
    const found = await this.#find(id);
    if (found === undefined || found.state.info.sender.id !== senderId) throw new Failure('UPLOAD_NOT_FOUND');
    if (Date.now() - found.state.changedAtMs <= this.#options.keepMs) return found;
    await found.folder.resumables.remove(id);
    this.#ledger.fail(this.#recordOf(found.state, 'interrupted'), new Failure('UPLOAD_EXPIRED'));
    throw new Failure('UPLOAD_EXPIRED');
  }

  async #find(id: string): Promise<Found | undefined> {
    for (const folder of this.#folders) {
      const state = await folder.resumables.find(id).catch((error: unknown) => Promise.reject(diskFailure(error)));
      if (state === null) throw new Failure('UPLOAD_STATE_LOST');
      if (state !== undefined) return { folder, state };
    }
    return undefined;
  }

  async #standingOfSame(info: ResumableInfo): Promise<Standing> {
    const { state } = await this.#require(info.id, info.sender.id);
    if (state.info.size !== info.size || state.info.rawName !== info.rawName) throw new Failure('UPLOAD_ID_IN_USE');
    return this.#standingOf(state);
  }

  #standingOf({ info, offset, changedAtMs }: ResumableState): Standing {
    return { offset, size: info.size, expiresAtMs: Math.round(changedAtMs) + this.#options.keepMs };
  }

  #storedSize(id: string, senderId: string): number | null {
    const record = this.#ledger.queue.get(id);
    return record?.state === 'stored' && record.sender.id === senderId ? record.received : null;
  }

  #recordOf({ info, offset }: ResumableState, state: UploadState) {
    return { ...placed(info).record, received: offset, state };
  }

  #watchIdle(id: string): void {
    clearTimeout(this.#idle.get(id));
    const interrupt = (): void => {
      this.#idle.delete(id);
      const record = this.#ledger.queue.get(id);
      if (record?.state === 'receiving' && !this.#ledger.running.has(id)) this.#ledger.put({ ...record, state: 'interrupted', changedAtMs: Date.now() });
    };
    this.#idle.set(id, setTimeout(interrupt, IDLE_AFTER_MS).unref());
  }
}

function placed(info: ResumableInfo): Placed {
  const { id, batch, sender, rawName, folder, size, createdAtMs } = info;
  return newRecord({ id, batch, sender, rawName, announced: { id, name: rawName, folder, size } }, createdAtMs);
}
