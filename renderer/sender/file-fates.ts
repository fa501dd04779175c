import type { FailureReport } from '../../server/contracts/failure.ts';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import { reportOf } from '../api/api-failure.ts';
import { endOf, isMismatch, lossOf } from './outcome.ts';
import type { Recovery } from './recovery.ts';
import type { SendList } from './send-list.ts';

/** While the owner is being asked. */
const ASK_AGAIN_MS = 2000;

/** Before a file that could not be read is read once more. */
const SECOND_LOOK_MS = 2000;

/** What becomes of files: how they end, and what follows when their request is lost. */
export interface FileFates {
  /** Takes the server's word for a file. Answers false when the file has not ended. */
  settle(id: string, record: UploadRecord | undefined): boolean;
  /** Takes the server's word for all files of a request: each ends, or comes again. @param outcome records by id */
  take(ids: readonly string[], outcome: ReadonlyMap<string, UploadRecord>): void;
  /** These come again by themselves, after this long at the least. */
  hold(ids: readonly string[], minDelayMs: number): void;
  /** What becomes of files whose request ended in an error. @throws whatever is no answer of a server and no lack of one */
  lose(ids: readonly string[], error: unknown): void;
  /**
   * The browser keeps refusing a file that changed since it was picked; only picking it again helps. It is read a second time first: WebKit
   * refuses all files to a page that is being left, before the page hears that it is.
   */
  failChanged(ids: readonly string[]): void;
}

interface FileFatesOptions {
  readonly list: SendList;
  readonly recovery: Recovery;
  /** Nothing is lost any more once it fires. */
  readonly life: AbortSignal;
  /** These are sent anew, and announced first; nothing that was known of them counts. */
  readonly startOver: (ids: readonly string[]) => void;
  /** The server need not wait for these any more, nor keep what it has of them. */
  readonly useless: (ids: readonly string[]) => void;
}

export function createFileFates({ list, recovery, life, startOver, useless }: FileFatesOptions): FileFates {
  /** Files that arrived once as something else than was sent. */
  const mismatched = new Set<string>();
  /** Files that could not be read once. */
  const refused = new Set<string>();

  function hold(ids: readonly string[], minDelayMs: number): void {
    if (ids.length === 0) return;
    const endless = ids.some((id) => list.items.get(id)?.begun === true);
    list.setState(ids, recovery.schedule(minDelayMs, endless) ? { kind: 'reconnecting' } : { kind: 'failed', failure: reportOf('UPLOAD_ABORTED') });
  }

  /** A disk that is away is waited for by all; room on a full one by what has begun: of the others the person was told before their first byte. */
  function wait(ids: readonly string[], failure: FailureReport, minDelayMs: number): void {
    const waits = (id: string): boolean => failure.code === 'STORAGE_UNAVAILABLE' || list.items.get(id)?.begun === true;
    list.setState(ids.filter((id) => !waits(id)), { kind: 'failed', failure });
    const waiting = ids.filter(waits);
    if (waiting.length === 0) return;
    recovery.schedule(minDelayMs, true);
    list.setState(waiting, { kind: 'reconnecting', why: failure });
  }

  /** Asked again and again at the same pace: nothing is wrong, and whoever says yes wants to see it go on. */
  function awaitYes(ids: readonly string[], failure: FailureReport): void {
    recovery.succeeded();
    recovery.schedule(ASK_AGAIN_MS, true);
    list.setState(ids, { kind: 'reconnecting', why: failure });
  }

  function settle(id: string, record: UploadRecord | undefined): boolean {
    const end = endOf(record);
    // A file that was cancelled too late is stored all the same, and must not be called anything else.
    if (end?.kind === 'stored' || (end !== null && list.isOpen(id))) list.setState([id], end);
    return !list.isOpen(id);
  }

  /** Once may be an accident on the way, and the file begins again; twice is not. */
  function mismatch(id: string, failure: FailureReport): void {
    list.setGone(id);
    if (mismatched.has(id)) {
      list.setState([id], { kind: 'failed', failure });
      return;
    }
    mismatched.add(id);
    startOver([id]);
  }

  return {
    settle, hold,

    take(ids, outcome) {
      const unsettled = ids.filter((id) => !settle(id, outcome.get(id)));
      const cut: string[] = [];
      for (const id of unsettled) {
        const record = outcome.get(id);
        if (isMismatch(record)) mismatch(id, record.failure);
        else if (record?.failure?.code === 'STORAGE_UNAVAILABLE') wait([id], record.failure, 0);
        else cut.push(id);
      }
      hold(cut, 0);
    },

    lose(ids, error) {
      if (life.aborted) return;
      const lost = ids.filter(list.isMoving);
      // Until it is known better: an error nobody has a name for must not leave files on their way for ever.
      list.setState(lost, { kind: 'failed', failure: reportOf('INTERNAL') });
      const loss = lossOf(error);
      switch (loss.kind) {
        case 'connection': hold(lost, loss.waitMs); break;
        case 'disk': wait(lost, loss.failure, loss.waitMs); break;
        case 'approval': awaitYes(lost, loss.failure); break;
        case 'access': list.setState(lost, { kind: 'reconnecting' }); break;
        case 'cancelled': list.setState(lost, { kind: 'cancelled' }); break;
        // Announced before the code changed: they belong to who we were then.
        case 'ids-taken': startOver(list.renew(lost)); break;
        case 'mismatch': for (const id of lost) mismatch(id, loss.failure); break;
        case 'refused': list.setState(lost, { kind: 'failed', failure: loss.failure }); break;
        default: loss satisfies never;
      }
    },

    failChanged(ids) {
      const open = ids.filter(list.isOpen);
      const again = open.filter((id) => list.isMoving(id) && !refused.has(id));
      if (again.length > 0) recovery.schedule(SECOND_LOOK_MS, true);
      list.setState(again, { kind: 'reconnecting', why: reportOf('FILE_CHANGED') });
      const over = open.filter((id) => !again.includes(id));
      for (const id of again) refused.add(id);
      for (const id of over) list.setGone(id);
      list.setState(over, { kind: 'failed', failure: { ...reportOf('FILE_CHANGED'), retryable: false } });
      useless(over);
    },
  };
}
