import type { Sender } from '../../contracts/upload.ts';
import { Failure } from '../../failure.ts';
import type { Ledger } from '../queue/ledger.ts';
import type { Space } from '../space/space.ts';
import { sizeFailure } from '../space/file-system-limit.ts';
import { isOpen } from '../space/open-bytes.ts';
import { PUBLISHED_MODE, type UploadFolder } from '../folder/upload-folder.ts';
import type { AppendOrder } from './append-order.ts';
import { createEndings } from './endings.ts';
import { findPlace, isAnyAway, isNotFound, type Found } from './find-place.ts';
import { createIdleWatch, type IdleWatch } from './idle-watch.ts';
import { countRecovered, type Recovered } from './recovered.ts';
import type { ResumableInfo } from './resumable-info.ts';
import { isWhole } from './resumable-folder.ts';
import { requireRoomToGoOn } from './require-room.ts';
import { noteTold } from './note-told.ts';
import { placed, recordOf } from './resumable-record.ts';
import { standingOfStored, type Standing } from './standing.ts';
import { storeLeft } from './store-left.ts';
import { createTransfer, type Transfer } from './transfer.ts';
import { isLocked, lockToRemove, lockUpload, underLock, type HeldLock } from './upload-lock.ts';

/** What is too old, and what is whole and was left, is looked for this often. */
const SWEEP_EVERY_MS = 900_000;

interface ResumableOptions {
  readonly ledger: Ledger;
  /** Bytes. */
  readonly maxFileBytes: number;
  /** Unfinished uploads are kept this long after their last byte. */
  readonly keepMs: number;
  readonly space: Space;
}

/**
 * Uploads that survive a lost connection and a restart: created with their size, appended to until complete, then published the
 * same way as every other file. The offset is always what is on disk.
 */
export class ResumableUploads {
  readonly #options: ResumableOptions;
  readonly #ledger: Ledger;
  readonly #folders = new Set<UploadFolder>();
  readonly #endings = createEndings();
  readonly #transfer: Transfer;
  readonly #idle: IdleWatch;
  readonly #sweeping: NodeJS.Timeout;

  constructor(options: ResumableOptions) {
    this.#options = options;
    this.#ledger = options.ledger;
    this.#transfer = createTransfer(options.ledger, this.#endings);
    this.#idle = createIdleWatch((id) => {
      const record = this.#ledger.queue.get(id);
      if (record?.state === 'receiving' && !this.#ledger.running.has(id)) this.#ledger.put({ ...record, state: 'interrupted', changedAtMs: Date.now() });
    });
    // A disk that is away has nothing to be swept; the next time it may be back.
    const sweep = (): void => [...this.#folders].forEach((folder) => void this.#sweep(folder).then(() => this.#storeLeft(folder)).catch(() => undefined));
    this.#sweeping = setInterval(sweep, Math.min(SWEEP_EVERY_MS, options.keepMs)).unref();
  }

  /**
   * Takes in what an earlier run left unfinished in that folder, as `interrupted`, and gives up what is too old.
   * @returns those that can go on and that no other process is receiving
   */
  async restore(folder: UploadFolder): Promise<Recovered> {
    this.#folders.add(folder);
    await this.#sweep(folder);
    const states = await folder.resumables.list();
    const senders: Sender[] = [];
    for (const { info, offset, changedAtMs } of states) {
      const known = this.#ledger.recall(info.id);
      // Killed between giving it its name and clearing up.
      if (known?.state === 'stored' && known.sender.id === info.sender.id) await folder.resumables.remove(info.id);
      else if (!(await isLocked(folder.resumables.lockOf(info.id)))) senders.push(info.sender);
      if (known !== undefined) continue;
      const { record } = placed(info);
      this.#ledger.put({ ...record, received: offset, state: 'interrupted', changedAtMs: Math.round(changedAtMs) });
    }
    // Nobody waits for it: to read a large file for its hash takes minutes. A disk that goes away now is looked at again later.
    void this.#storeLeft(folder).catch(() => undefined);
    return countRecovered(senders);
  }

  /**
   * Makes an upload in that folder, or finds the one that the same sender made under this id.
   * @throws Failure FILE_TOO_LARGE, UPLOAD_ID_IN_USE, CANCELLED, FILENAME_INVALID, PATH_TOO_DEEP, PATH_TOO_LONG, those of the disk
   */
  async create(folder: UploadFolder, announced: Omit<ResumableInfo, 'createdAtMs'>): Promise<Standing> {
    const known = this.#ledger.recall(announced.id);
    if (known !== undefined && known.sender.id !== announced.sender.id) throw new Failure('UPLOAD_ID_IN_USE');
    if (known?.state === 'cancelled') throw new Failure('CANCELLED');
    const tooLarge = sizeFailure(announced.size, this.#options.maxFileBytes, folder.maxFileBytes);
    if (tooLarge !== null) throw tooLarge;
    const info = { ...announced, createdAtMs: known?.createdAtMs ?? Date.now() };
    const first = placed(info);
    if (!first.ok) throw first.failure;
    this.#folders.add(folder);
    const place = (await findPlace(this.#folders, info.id)) ?? { folder, state: null };
    if (place.state !== null && place.state.info.sender.id !== info.sender.id) throw new Failure('UPLOAD_ID_IN_USE');
    const { resumables } = place.folder;
    return this.#underLock(place.folder, info.id, async (lock) => {
      // Under the lock, because whoever had it may have made, finished or removed it.
      const size = this.#storedSize(info.id, info.sender.id);
      if (size !== null) return standingOfStored(size);
      const state = await resumables.find(info.id);
      if (state !== undefined && state !== null) return this.#standingOfSame({ folder: place.folder, state, lock }, info);
      if (state === null) await resumables.quarantine(info.id);
      await resumables.create(info);
      // Cancelled meanwhile: whoever did so found nothing to be removed yet.
      if (this.#ledger.recall(info.id)?.state === 'cancelled') {
        await resumables.remove(info.id);
        throw new Failure('CANCELLED');
      }
      this.#ledger.put(first.record);
      this.#idle.start(info.id);
      return this.#standingOf({ folder: place.folder, state: { info, offset: 0, changedAtMs: Date.now() }, lock });
    });
  }

  /**
   * Where an upload stands. Whoever asks is about to go on, so an older connection that still hangs has to let go.
   * @throws Failure UPLOAD_NOT_FOUND (also for somebody else's), UPLOAD_STATE_LOST, UPLOAD_EXPIRED, UPLOAD_LOCKED
   */
  async standing(id: string, senderId: string): Promise<Standing> {
    return this.#unlessStored(id, senderId, standingOfStored, () => this.#locked(id, senderId, (found) => this.#standingOf(found)));
  }

  /**
   * Adds bytes at the end; with the last one, the file is checked and stored.
   * @throws Failure UPLOAD_OFFSET_CONFLICT, UPLOAD_SIZE_EXCEEDED, CHECKSUM_MISMATCH, UPLOAD_ABORTED, UPLOAD_STALLED, CANCELLED, those of
   *   the disk, and as `standing`
   */
  async append(order: AppendOrder): Promise<Standing> {
    const refuse = (offset: number): never => {
      throw new Failure('UPLOAD_OFFSET_CONFLICT', { offset });
    };
    const add = async (found: Found): Promise<Standing> => {
      const { info } = found.state;
      if (order.offset !== found.state.offset) throw new Failure('UPLOAD_OFFSET_CONFLICT', { offset: found.state.offset });
      if (order.offset + (order.length ?? 0) > info.size) throw new Failure('UPLOAD_SIZE_EXCEEDED', { limit: info.size });
      const now = await noteTold(found, { ...(order.digest === undefined ? {} : { digest: order.digest }), ...(order.holds ? { held: true } : {}) });
      await requireRoomToGoOn(found, this.#options);
      this.#idle.clear(info.id);
      order.invite();
      const offset = await this.#transfer.write(order, now);
      if (offset === info.size && !order.holds) return this.#transfer.finish(now);
      this.#idle.start(info.id);
      return { offset, size: info.size, expiresAtMs: Date.now() + this.#options.keepMs };
    };
    return this.#unlessStored(order.id, order.senderId, refuse, () => this.#locked(order.id, order.senderId, add));
  }

  /**
   * Gives an upload up and removes what had arrived; resolves when its record says so.
   * @param failure why: one that `endsForGood` says true of
   * @throws Failure ALREADY_COMPLETE and as `standing`
   */
  async terminate(id: string, senderId: string, failure = new Failure('CANCELLED')): Promise<void> {
    const refuse = (): never => {
      throw new Failure('ALREADY_COMPLETE');
    };
    const isOwn = this.#ledger.queue.get(id)?.sender.id === senderId;
    // Whoever is bringing it removes it then, and nobody waits for a lock.
    if (isOwn) await this.#ledger.running.end(id, failure);
    const remove = (found: Found): Promise<void> => this.#fail(found, failure);
    await this.#unlessStored(id, senderId, refuse, () => this.#locked(id, senderId, remove, lockToRemove)).catch((error: unknown) => {
      // The request that was bringing it has removed it already.
      if (!isOwn || !isNotFound(error) || this.#ledger.queue.get(id)?.failure?.code !== failure.code) throw error;
    });
  }

  /** Bytes that are here already, and need no room any more; 0 for what is unknown. */
  async arrivedBytes(id: string, senderId: string): Promise<number> {
    const state = (await findPlace(this.#folders, id))?.state;
    return state?.info.sender.id === senderId ? state.offset : (this.#storedSize(id, senderId) ?? 0);
  }

  /** True for an upload that was made here or restored, and has not ended. */
  async has(id: string): Promise<boolean> {
    await this.#endings.settled(id);
    return findPlace(this.#folders, id).then((place) => place !== undefined, () => false);
  }

  stop(): void {
    this.#idle.stop();
    clearInterval(this.#sweeping);
  }

  async #locked<Result>(id: string, senderId: string, job: (found: Found) => Promise<Result>, take = lockUpload): Promise<Result> {
    await this.#endings.settled(id);
    const place = await findPlace(this.#folders, id);
    // Before the lock: a stranger must not make anybody let go.
    if (place === undefined || (place.state !== null && place.state.info.sender.id !== senderId)) throw await this.#absence(id, senderId);
    const { folder } = place;
    return this.#underLock(folder, id, async (lock) => job(await this.#require(folder, id, senderId, lock)), take);
  }

  async #underLock<Result>(folder: UploadFolder, id: string, job: (lock: HeldLock) => Promise<Result>, take = lockUpload): Promise<Result> {
    return underLock(folder.resumables.lockOf(id), async (lock) => {
      // Whoever had it lets go before the record says how it ended.
      await this.#endings.settled(id);
      return job(lock);
    }, take);
  }

  async #fail(found: Found, failure: Failure): Promise<void> {
    await this.#endings.end(found, () => this.#ledger.fail(recordOf(found.state, 'interrupted'), failure));
  }

  /** Whoever had the lock before may just have finished it. */
  async #unlessStored<Result>(id: string, senderId: string, ifStored: (size: number) => Result, job: () => Promise<Result>): Promise<Result> {
    const before = this.#storedSize(id, senderId);
    if (before !== null) return ifStored(before);
    try {
      return await job();
    } catch (error) {
      const after = this.#storedSize(id, senderId);
      if (after === null || !isNotFound(error)) throw error;
      return ifStored(after);
    }
  }

  async #require(folder: UploadFolder, id: string, senderId: string, lock: HeldLock): Promise<Found> {
    const state = await folder.resumables.find(id);
    if (state === null) {
      await folder.resumables.quarantine(id);
      throw new Failure('UPLOAD_STATE_LOST');
    }
    if (state === undefined || state.info.sender.id !== senderId) throw new Failure('UPLOAD_NOT_FOUND');
    const found = { folder, state, lock };
    await this.#requireFresh(found);
    return found;
  }

  async #requireFresh(found: Found): Promise<void> {
    if (isWhole(found.state) || Date.now() - found.state.changedAtMs <= this.#options.keepMs) return;
    await this.#fail(found, new Failure('UPLOAD_EXPIRED'));
    throw new Failure('UPLOAD_EXPIRED');
  }

  async #standingOfSame(found: Found, info: ResumableInfo): Promise<Standing> {
    await this.#requireFresh(found);
    const { size, rawName } = found.state.info;
    if (size !== info.size || rawName !== info.rawName) throw new Failure('UPLOAD_ID_IN_USE');
    return this.#standingOf(await noteTold(found, info.digest === undefined ? {} : { digest: info.digest }));
  }

  /** All bytes there and not stored: whoever brought them died, or the folder could not take it, in between. */
  async #standingOf(found: Found): Promise<Standing> {
    const { info, offset, changedAtMs } = found.state;
    if (offset < info.size || info.held === true) return { offset, size: info.size, expiresAtMs: Math.round(changedAtMs) + this.#options.keepMs };
    return this.#finishWhole(found);
  }

  async #finishWhole(found: Found): Promise<Standing> {
    const file = await found.folder.resumables.openToAppend(found.state.info.id);
    await file.seal(PUBLISHED_MODE).finally(() => file.close());
    return this.#transfer.finish(found);
  }

  #storeLeft(folder: UploadFolder): Promise<void> {
    return storeLeft(folder, { keepMs: this.#options.keepMs, settled: (id) => this.#endings.settled(id), finish: (found) => this.#finishWhole(found) });
  }

  /** Removes what is too old, and says so in the queue. */
  async #sweep(folder: UploadFolder): Promise<void> {
    const { keepMs } = this.#options;
    await folder.resumables.sweep(keepMs);
    const old = this.#ledger.queue.inState('interrupted').filter(({ changedAtMs }) => Date.now() - changedAtMs > keepMs);
    for (const record of old) {
      if ((await findPlace(this.#folders, record.id)) === undefined) this.#ledger.fail(record, new Failure('UPLOAD_EXPIRED'));
    }
  }

  /** Not there; or there, on a disk that is not. */
  async #absence(id: string, senderId: string): Promise<Failure> {
    const record = this.#ledger.queue.get(id);
    const isOwnAndOpen = record?.sender.id === senderId && isOpen(record);
    if (isOwnAndOpen && (await isAnyAway(this.#folders))) {
      const away = new Failure('STORAGE_UNAVAILABLE');
      if (record.state !== 'waiting' && !this.#ledger.running.has(id)) this.#ledger.keepWaiting(record, away);
      return away;
    }
    return new Failure(record?.sender.id === senderId && record.failure?.code === 'UPLOAD_EXPIRED' ? 'UPLOAD_EXPIRED' : 'UPLOAD_NOT_FOUND');
  }

  #storedSize(id: string, senderId: string): number | null {
    const record = this.#ledger.recall(id);
    return record?.state === 'stored' && record.sender.id === senderId ? record.received : null;
  }
}
