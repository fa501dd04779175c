import { Failure } from '../../failure.ts';
import { clearNowOrLater } from '../folder/clear-later.ts';
import type { UploadFolder } from '../folder/upload-folder.ts';
import type { Ledger } from '../queue/ledger.ts';
import type { Recollect } from '../recollect.ts';
import { isOpen } from '../space/open-bytes.ts';
import type { Endings } from './endings.ts';
import { findPlace, isAnyAway, isNotFound, type Found } from './find-place.ts';
import { isWhole } from './resumable-folder.ts';
import { lockUpload, underLock, type HeldLock } from './upload-lock.ts';

interface ReachOptions {
  readonly ledger: Ledger;
  readonly endings: Endings;
  /** Every folder that was used. */
  readonly folders: ReadonlySet<UploadFolder>;
  readonly recollect: Recollect;
  /** Unfinished uploads are kept this long after their last byte. */
  readonly keepMs: number;
}

/** An upload, and whose it must be. */
interface Wanted<Result> {
  readonly id: string;
  readonly senderId: string;
  /** Called instead of the job when all of it is stored, also when whoever had the lock has just done so. */
  readonly ifStored: (sizeBytes: number) => Result;
}

/** How a request gets at an upload: it is looked for, locked, and looked at again under the lock; or the reason why not. */
export interface Reach {
  /**
   * Does a job on an upload that is this sender's and can go on, with its lock.
   * @param take how to get the lock
   * @throws Failure UPLOAD_NOT_FOUND (also for somebody else's), UPLOAD_STATE_LOST, UPLOAD_EXPIRED, UPLOAD_LOCKED, STORAGE_UNAVAILABLE, and
   *   what the job throws
   */
  withUpload<Result>(wanted: Wanted<Result>, job: (found: Found) => Promise<Result>, take?: typeof lockUpload): Promise<Result>;
  /** Does a job with the lock of an upload that may not be there yet. @throws Failure UPLOAD_LOCKED, and what the job throws */
  withLock<Result>(folder: UploadFolder, id: string, job: (lock: HeldLock) => Promise<Result>, take?: typeof lockUpload): Promise<Result>;
  /** Bytes of an upload of this sender that is stored; null when it is not. */
  storedSize(id: string, senderId: string): number | null;
  /** Gives it up when it is too old. @throws Failure UPLOAD_EXPIRED */
  requireFresh(found: Found): Promise<void>;
}

export function createReach({ ledger, endings, folders, recollect, keepMs }: ReachOptions): Reach {
  function storedSize(id: string, senderId: string): number | null {
    const record = ledger.recall(id);
    return record?.state === 'stored' && record.sender.id === senderId ? record.received : null;
  }

  async function requireFresh(found: Found): Promise<void> {
    if (isWhole(found.state) || Date.now() - found.state.changedAtMs <= keepMs) return;
    const expired = new Failure('UPLOAD_EXPIRED');
    await endings.fail(found, expired);
    throw expired;
  }

  async function requireOwn(folder: UploadFolder, id: string, senderId: string, lock: HeldLock): Promise<Found> {
    const state = await folder.resumables.find(id);
    if (state === null) {
      await folder.resumables.quarantine(id);
      const lost = new Failure('UPLOAD_STATE_LOST');
      const record = ledger.queue.get(id);
      // Or it would be said to be interrupted for as long as its sender does not come back.
      if (record?.sender.id === senderId && isOpen(record)) ledger.fail(record, lost);
      throw lost;
    }
    if (state === undefined || state.info.sender.id !== senderId) throw new Failure('UPLOAD_NOT_FOUND');
    const found = { folder, state, lock };
    await requireFresh(found);
    return found;
  }

  /** Not there; or there, on a disk that is not. */
  async function absence(id: string, senderId: string): Promise<Failure> {
    const record = ledger.queue.get(id);
    const isOwnAndOpen = record?.sender.id === senderId && isOpen(record);
    if (isOwnAndOpen && (await isAnyAway(folders))) {
      const away = new Failure('STORAGE_UNAVAILABLE');
      if (record.state !== 'waiting' && !ledger.running.has(id)) ledger.keepWaiting(record, away);
      return away;
    }
    return new Failure(record?.sender.id === senderId && record.failure?.code === 'UPLOAD_EXPIRED' ? 'UPLOAD_EXPIRED' : 'UPLOAD_NOT_FOUND');
  }

  function withLock<Result>(folder: UploadFolder, id: string, job: (lock: HeldLock) => Promise<Result>, take = lockUpload): Promise<Result> {
    return underLock(folder.resumables.lockOf(id), async (lock) => {
      // Whoever had it lets go before the record says how it ended.
      await endings.settled(id);
      await recollect([id], true);
      return job(lock);
    }, take);
  }

  async function locked<Result>(id: string, senderId: string, job: (found: Found) => Promise<Result>, take?: typeof lockUpload): Promise<Result> {
    await endings.settled(id);
    const place = await findPlace(folders, id);
    // Before the lock: a stranger must not make anybody let go.
    if (place === undefined || (place.state !== null && place.state.info.sender.id !== senderId)) throw await absence(id, senderId);
    const { folder } = place;
    return withLock(folder, id, async (lock) => {
      // Whoever stored it was killed before it could clear up, or is about to.
      if (storedSize(id, senderId) !== null) await clearNowOrLater(() => folder.resumables.remove(id));
      return job(await requireOwn(folder, id, senderId, lock));
    }, take);
  }

  return {
    withLock,
    storedSize,
    requireFresh,
    async withUpload({ id, senderId, ifStored }, job, take) {
      await recollect([id]);
      const before = storedSize(id, senderId);
      if (before !== null) return ifStored(before);
      try {
        return await locked(id, senderId, job, take);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        // Whoever had the lock before may just have finished it.
        await recollect([id]);
        const after = storedSize(id, senderId);
        if (after === null) throw error;
        return ifStored(after);
      }
    },
  };
}
