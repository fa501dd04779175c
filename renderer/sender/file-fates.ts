import type { UploadRecord } from '../../server/contracts/upload.ts';
import { reportOf } from '../api/api-failure.ts';
import { endOf, lossOf } from './outcome.ts';
import type { Recovery } from './recovery.ts';
import type { SendList } from './send-list.ts';

/** What becomes of files: how they end, and what follows when their request is lost. */
export interface FileFates {
  /** Takes the server's word for a file. Answers false when the file has not ended. */
  settle(id: string, record: UploadRecord | undefined): boolean;
  /** These come again by themselves, after this long at the least. */
  hold(ids: readonly string[], minDelayMs: number): void;
  /** What becomes of files whose request ended in an error. @throws whatever is no answer of a server and no lack of one */
  lose(ids: readonly string[], error: unknown): void;
  /** The browser keeps refusing a file that changed since it was picked; only picking it again helps. */
  failChanged(ids: readonly string[]): void;
}

interface FileFatesOptions {
  readonly list: SendList;
  readonly recovery: Recovery;
  /** Nothing is lost any more once it fires. */
  readonly life: AbortSignal;
  /** These are sent anew, and announced first. */
  readonly renewed: (ids: readonly string[]) => void;
  /** What has arrived of these is of no use to anybody. */
  readonly useless: (ids: readonly string[]) => void;
}

export function createFileFates({ list, recovery, life, renewed, useless }: FileFatesOptions): FileFates {
  function hold(ids: readonly string[], minDelayMs: number): void {
    if (ids.length === 0) return;
    const endless = ids.some((id) => list.items.get(id)?.begun === true);
    list.setState(ids, recovery.schedule(minDelayMs, endless) ? { kind: 'reconnecting' } : { kind: 'failed', failure: reportOf('UPLOAD_ABORTED') });
  }

  return {
    hold,

    settle(id, record) {
      const end = endOf(record);
      // A file that was cancelled too late is stored all the same, and must not be called anything else.
      if (end?.kind === 'stored' || (end !== null && list.isOpen(id))) list.setState([id], end);
      return !list.isOpen(id);
    },

    lose(ids, error) {
      if (life.aborted) return;
      const lost = ids.filter(list.isMoving);
      // Until it is known better: an error nobody has a name for must not leave files on their way for ever.
      list.setState(lost, { kind: 'failed', failure: reportOf('INTERNAL') });
      const loss = lossOf(error);
      switch (loss.kind) {
        case 'connection': hold(lost, loss.waitMs); break;
        case 'access': list.setState(lost, { kind: 'reconnecting' }); break;
        case 'cancelled': list.setState(lost, { kind: 'cancelled' }); break;
        // Announced before the code changed: they belong to who we were then.
        case 'ids-taken': renewed(list.renew(lost)); break;
        case 'refused': list.setState(lost, { kind: 'failed', failure: loss.failure }); break;
        default: loss satisfies never;
      }
    },

    failChanged(ids) {
      const held = ids.filter((id) => list.items.get(id)?.begun === true);
      for (const id of held) list.setBegun(id, false);
      list.setState(ids.filter(list.isOpen), { kind: 'failed', failure: { ...reportOf('FILE_CHANGED'), retryable: false } });
      useless(held);
    },
  };
}
