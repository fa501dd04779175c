import { Failure } from '../../failure.ts';
import type { UploadFolder } from '../folder/upload-folder.ts';
import type { Ledger } from '../queue/ledger.ts';
import type { Recollect } from '../recollect.ts';
import { isOpen } from '../space/open-bytes.ts';
import type { Space } from '../space/space.ts';
import type { UnfinishedLimits } from '../unfinished-limits.ts';
import type { AppendOrder } from './append-order.ts';
import { createBegunUploads, type BegunUploads } from './begun-uploads.ts';
import { clearBarelyBegun } from './clear-barely-begun.ts';
import { createEndings, type Endings } from './endings.ts';
import { findPlace, isNotFound, type Found } from './find-place.ts';
import { createIdleWatch, type IdleWatch } from './idle-watch.ts';
import { noteTold } from './note-told.ts';
import { createReach, type Reach } from './reach-upload.ts';
import type { Recovered } from './recovered.ts';
import { requireRoomToGoOn } from './require-room.ts';
import type { ResumableInfo } from './resumable-info.ts';
import { placed } from './resumable-record.ts';
import { standingOfStored, type Standing } from './standing.ts';
import { createTransfer, type Transfer } from './transfer.ts';
import { lockUnlessFull } from './upload-lock.ts';
import { createUpkeep, type Upkeep } from './upkeep.ts';

interface ResumableOptions {
  readonly ledger: Ledger;
  /** Unfinished uploads are kept this long after their last byte. */
  readonly keepMs: number;
  readonly space: Space;
  readonly recollect: Recollect;
  readonly limits: UnfinishedLimits;
}

/**
 * Uploads that survive a lost connection and a restart: created with their size, appended to until complete, then published the
 * same way as every other file. The offset is always what is on disk.
 */
export class ResumableUploads {
  readonly #options: ResumableOptions;
  readonly #ledger: Ledger;
  readonly #folders = new Set<UploadFolder>();
  readonly #begun: BegunUploads;
  readonly #endings: Endings;
  readonly #transfer: Transfer;
  readonly #reach: Reach;
  readonly #upkeep: Upkeep;
  readonly #idle: IdleWatch;

  constructor(options: ResumableOptions) {
    const { ledger, keepMs, limits, recollect } = options;
    this.#options = options;
    this.#ledger = ledger;
    this.#begun = createBegunUploads(limits, (folder) => clearBarelyBegun(folder, this.#endings));
    this.#endings = createEndings(ledger, this.#begun.drop);
    this.#transfer = createTransfer(ledger, this.#endings);
    const parts = { ledger, endings: this.#endings, folders: this.#folders, keepMs, recollect };
    this.#reach = createReach(parts);
    this.#upkeep = createUpkeep({ ...parts, transfer: this.#transfer, begun: this.#begun });
    this.#idle = createIdleWatch((id) => {
      const record = ledger.queue.get(id);
      if (record?.state === 'receiving' && !ledger.running.has(id)) ledger.put({ ...record, state: 'interrupted', changedAtMs: Date.now() });
    });
  }

  /**
   * From now on uploads of that folder are found too; what an earlier run left unfinished in it is `interrupted`, or given up when it
   * is too old.
   * @returns those that can go on and that no other process is receiving
   */
  restore(folder: UploadFolder): Promise<Recovered> {
    this.#folders.add(folder);
    return this.#upkeep.restore(folder);
  }

  /**
   * Makes an upload in that folder, or finds the one that the same sender made under this id.
   * @throws Failure UPLOAD_ID_IN_USE, CANCELLED, TOO_MANY_UPLOADS, FILENAME_INVALID, PATH_TOO_DEEP, PATH_TOO_LONG, those of the disk
   */
  async create(folder: UploadFolder, announced: Omit<ResumableInfo, 'createdAtMs'>): Promise<Standing> {
    const known = this.#ledger.recall(announced.id);
    if (known !== undefined && known.sender.id !== announced.sender.id) throw new Failure('UPLOAD_ID_IN_USE');
    if (known?.state === 'cancelled') throw new Failure('CANCELLED');
    const info = { ...announced, createdAtMs: known?.createdAtMs ?? Date.now() };
    const first = placed(info, folder);
    if (!first.ok) throw first.failure;
    this.#folders.add(folder);
    const place = (await findPlace(this.#folders, info.id)) ?? { folder, state: null };
    if (place.state !== null && place.state.info.sender.id !== info.sender.id) throw new Failure('UPLOAD_ID_IN_USE');
    const { resumables } = place.folder;
    return this.#reach.withLock(place.folder, info.id, async (lock) => {
      // Under the lock, because whoever had it may have made, finished or removed it.
      const size = this.#reach.storedSize(info.id, info.sender.id);
      if (size !== null) return standingOfStored(size);
      const state = await resumables.find(info.id);
      if (state !== undefined && state !== null) return this.#standingOfSame({ folder: place.folder, state, lock }, info);
      if (known === undefined || !isOpen(known)) this.#ledger.requireFew(info.sender);
      await this.#begun.require(place.folder, info.sender);
      if (state === null) await resumables.quarantine(info.id);
      this.#begun.add(place.folder, info.id, info.sender.id);
      await resumables.create(info).catch((error: unknown) => {
        this.#begun.drop(place.folder, info.id);
        throw error;
      });
      // Cancelled meanwhile: whoever did so found nothing to be removed yet.
      if (this.#ledger.recall(info.id)?.state === 'cancelled') {
        await resumables.remove(info.id);
        this.#begun.drop(place.folder, info.id);
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
  standing(id: string, senderId: string): Promise<Standing> {
    return this.#reach.withUpload({ id, senderId, ifStored: standingOfStored }, (found) => this.#standingOf(found));
  }

  /**
   * Adds bytes at the end; with the last one, the file is checked and stored.
   * @throws Failure UPLOAD_OFFSET_CONFLICT, UPLOAD_SIZE_EXCEEDED, CHECKSUM_MISMATCH, UPLOAD_ABORTED, UPLOAD_STALLED, CANCELLED, those of
   *   the disk, and as `standing`
   */
  append(order: AppendOrder): Promise<Standing> {
    const refuse = (offset: number): never => {
      throw new Failure('UPLOAD_OFFSET_CONFLICT', { offset });
    };
    return this.#reach.withUpload({ id: order.id, senderId: order.senderId, ifStored: refuse }, async (found) => {
      const { info, offset: before } = found.state;
      if (order.offset !== before) throw new Failure('UPLOAD_OFFSET_CONFLICT', { offset: before });
      if (order.offset + (order.length ?? 0) > info.size) throw new Failure('UPLOAD_SIZE_EXCEEDED', { limit: info.size });
      const now = await noteTold(found, { ...(order.digest === undefined ? {} : { digest: order.digest }), ...(order.holds ? { held: true } : {}) });
      await requireRoomToGoOn(found, this.#options);
      this.#idle.clear(info.id);
      order.invite();
      const offset = await this.#transfer.write(order, now);
      if (offset === info.size && !order.holds) return this.#transfer.finish(now);
      this.#idle.start(info.id);
      return { offset, size: info.size, expiresAtMs: Date.now() + this.#options.keepMs };
    });
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
    const remove = (found: Found): Promise<void> => this.#endings.fail(found, failure);
    await this.#reach.withUpload({ id, senderId, ifStored: refuse }, remove, lockUnlessFull).catch((error: unknown) => {
      // The request that was bringing it has removed it already.
      if (!isOwn || !isNotFound(error) || this.#ledger.queue.get(id)?.failure?.code !== failure.code) throw error;
    });
  }

  /** Bytes that are here already, and need no room any more; 0 for what is unknown. */
  async arrivedBytes(id: string, senderId: string): Promise<number> {
    const state = (await findPlace(this.#folders, id))?.state;
    return state?.info.sender.id === senderId ? state.offset : (this.#reach.storedSize(id, senderId) ?? 0);
  }

  /** True for an upload that was made here or restored, and has not ended. */
  async has(id: string): Promise<boolean> {
    await this.#endings.settled(id);
    // On a disk that is away it has not ended, but nothing can be done with it here.
    return findPlace(this.#folders, id).then((place) => place !== undefined, () => false);
  }

  stop(): void {
    this.#idle.stop();
    this.#upkeep.stop();
  }

  async #standingOfSame(found: Found, info: ResumableInfo): Promise<Standing> {
    await this.#reach.requireFresh(found);
    const { size, rawName } = found.state.info;
    if (size !== info.size || rawName !== info.rawName) throw new Failure('UPLOAD_ID_IN_USE');
    return this.#standingOf(await noteTold(found, info.digest === undefined ? {} : { digest: info.digest }));
  }

  /** All bytes there and not stored: whoever brought them died, or the folder could not take it, in between. */
  async #standingOf(found: Found): Promise<Standing> {
    const { info, offset, changedAtMs } = found.state;
    if (offset < info.size || info.held === true) return { offset, size: info.size, expiresAtMs: Math.round(changedAtMs) + this.#options.keepMs };
    return this.#transfer.finishWhole(found);
  }
}
