import type { Sender, UploadRecord } from '../../contracts/upload.ts';
import { Failure } from '../../failure.ts';
import type { UploadFolder } from '../folder/upload-folder.ts';
import type { Ledger } from '../queue/ledger.ts';
import type { Recollect } from '../recollect.ts';
import type { BegunUploads } from './begun-uploads.ts';
import type { Endings } from './endings.ts';
import { findPlace } from './find-place.ts';
import { countRecovered, type Recovered } from './recovered.ts';
import type { ResumableInfo } from './resumable-info.ts';
import { placed } from './resumable-record.ts';
import { storeLeft } from './store-left.ts';
import type { Transfer } from './transfer.ts';
import { isLocked } from './upload-lock.ts';

/** What is too old, and what is whole and was left, is looked for this often. */
const SWEEP_EVERY_MS = 900_000;

interface UpkeepOptions {
  readonly ledger: Ledger;
  readonly endings: Endings;
  readonly transfer: Transfer;
  /** Every folder that was used. */
  readonly folders: ReadonlySet<UploadFolder>;
  readonly recollect: Recollect;
  /** Unfinished uploads are kept this long after their last byte. */
  readonly keepMs: number;
  readonly begun: BegunUploads;
}

/** Sees to uploads that nobody asks for: what earlier runs left, what is too old, and what is whole and was left so. */
export interface Upkeep {
  /**
   * Takes in what an earlier run left unfinished in that folder, as `interrupted`, and gives up what is too old.
   * @returns those that can go on and that no other process is receiving
   */
  restore(folder: UploadFolder): Promise<Recovered>;
  stop(): void;
}

export function createUpkeep({ ledger, endings, transfer, folders, recollect, keepMs, begun }: UpkeepOptions): Upkeep {
  const isStored = ({ id, sender }: ResumableInfo): boolean => {
    const known = ledger.recall(id);
    return known?.state === 'stored' && known.sender.id === sender.id;
  };

  /** Removes what is too old, and says so in the queue. */
  async function sweep(folder: UploadFolder): Promise<void> {
    await folder.resumables.sweep(keepMs);
    const isOld = ({ changedAtMs }: UploadRecord): boolean => Date.now() - changedAtMs > keepMs;
    await recollect(ledger.queue.inState('interrupted').filter(isOld).map(({ id }) => id));
    for (const record of ledger.queue.inState('interrupted').filter(isOld)) {
      if ((await findPlace(folders, record.id)) === undefined) ledger.fail(record, new Failure('UPLOAD_EXPIRED'));
    }
  }

  const storeWhole = (folder: UploadFolder): Promise<void> => storeLeft(folder, {
    keepMs,
    async settled(id) {
      await endings.settled(id);
      await recollect([id], true);
    },
    // Another process may have stored it, and was killed before it could clear up.
    finish: (found) => (isStored(found.state.info) ? folder.resumables.remove(found.state.info.id) : transfer.finishWhole(found)),
  });
  // A disk that is away has nothing to be swept; the next time it may be back.
  const sweepAll = (): void => [...folders].forEach((folder) => void sweep(folder).then(() => storeWhole(folder)).then(() => begun.look(folder)).catch(() => undefined));
  const sweeping = setInterval(sweepAll, Math.min(SWEEP_EVERY_MS, keepMs)).unref();

  return {
    async restore(folder) {
      await sweep(folder);
      const senders: Sender[] = [];
      for (const { info, offset, changedAtMs } of await folder.resumables.list()) {
        const known = ledger.recall(info.id);
        // Killed between giving it its name and clearing up.
        if (isStored(info)) await folder.resumables.remove(info.id);
        else if (!(await isLocked(folder.resumables.lockOf(info.id)))) senders.push(info.sender);
        if (known !== undefined) continue;
        const { record } = placed(info, folder);
        ledger.put({ ...record, received: offset, state: 'interrupted', changedAtMs: Math.round(changedAtMs) });
      }
      await begun.look(folder);
      // Nobody waits for it: to read a large file for its hash takes minutes. A disk that goes away now is looked at again later.
      void storeWhole(folder).catch(() => undefined);
      return countRecovered(senders);
    },
    stop: () => clearInterval(sweeping),
  };
}
