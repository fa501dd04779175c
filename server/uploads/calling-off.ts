import type { UploadState } from '../contracts/upload.ts';
import { asFailure, Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import type { Ledger } from './queue/ledger.ts';
import { visibleRecord } from './queue/visible-record.ts';
import type { Recollect } from './recollect.ts';
import type { ResumableUploads } from './resumable/resumable-uploads.ts';
import { endsForGood } from './resumable/transfer.ts';

const ENDED: ReadonlySet<UploadState> = new Set<UploadState>(['stored', 'failed', 'cancelled']);

interface CallingOffOptions {
  readonly ledger: Ledger;
  readonly resumable: Pick<ResumableUploads, 'has' | 'terminate'>;
  readonly recollect: Recollect;
  /** Ends what was announced and does not come. */
  readonly giveUp: (ids: readonly string[], failure: Failure) => void;
  readonly log: Log;
}

/** Uploads that end because somebody says so. */
export interface CallingOff {
  /**
   * Files whose sender found that it cannot send them as announced, before or while their bytes come. What came of one that can be
   * resumed is removed when the file is no longer what it was, and stays otherwise. Resolves when the records say so; never rejects.
   */
  withdraw(ids: readonly string[], failure: Failure): Promise<void>;
  /**
   * Cancels an upload that is on its way, and resolves when its record says so; drops one that has ended from the list, never from
   * the disk.
   * @throws Failure UPLOAD_NOT_FOUND, also for somebody else's; ALREADY_COMPLETE when it was stored meanwhile
   */
  cancelOrDrop(id: string, senderId: string | undefined): Promise<void>;
}

export function createCallingOff({ ledger, resumable, recollect, giveUp, log }: CallingOffOptions): CallingOff {
  async function discard(id: string, failure: Failure): Promise<void> {
    const record = ledger.queue.get(id);
    if (record === undefined || record.state === 'stored' || !(await resumable.has(id))) return;
    await resumable.terminate(id, record.sender.id, failure);
  }

  return {
    async withdraw(ids, failure) {
      const ending = ids.map(async (id) => ledger.running.end(id, failure));
      if (endsForGood(failure)) {
        const left = (id: string, error: unknown): void => log('warn', 'upload:left', { id, cause: asFailure(error).code });
        await Promise.all(ending);
        // First: one that was announced anew waits, and still has bytes here.
        await Promise.all(ids.map((id) => discard(id, failure).catch((error: unknown) => left(id, error))));
      }
      giveUp(ids, failure);
      await Promise.all(ending);
    },
    async cancelOrDrop(id, senderId) {
      const record = visibleRecord(ledger.recall(id), senderId);
      const cancelled = new Failure('CANCELLED');
      const ending = ledger.running.end(id, cancelled);
      if (ending === null && ENDED.has(record.state)) {
        ledger.remove(id);
        return;
      }
      await ending;
      await recollect([id]);
      const isResumable = await resumable.has(id);
      const now = ledger.queue.get(id) ?? record;
      if (now.state === 'stored') throw new Failure('ALREADY_COMPLETE');
      if (ENDED.has(now.state)) return;
      if (isResumable) await resumable.terminate(id, record.sender.id);
      else ledger.fail(now, cancelled);
    },
  };
}
