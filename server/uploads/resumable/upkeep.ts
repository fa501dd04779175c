import type { Sender } from '../../contracts/upload.ts';
import { Failure } from '../../failure.ts';
import type { UploadFolder } from '../folder/upload-folder.ts';
import type { Ledger } from '../queue/ledger.ts';
import type { Endings } from './endings.ts';
import { findPlace } from './find-place.ts';
import { countRecovered, type Recovered } from './recovered.ts';
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
  /** Unfinished uploads are kept this long after their last byte. */
  readonly keepMs: number;
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

export function createUpkeep({ ledger, endings, transfer, folders, keepMs }: UpkeepOptions): Upkeep {
  /** Removes what is too old, and says so in the queue. */
  async function sweep(folder: UploadFolder): Promise<void> {
    await folder.resumables.sweep(keepMs);
    const old = ledger.queue.inState('interrupted').filter(({ changedAtMs }) => Date.now() - changedAtMs > keepMs);
    for (const record of old) {
      if ((await findPlace(folders, record.id)) === undefined) ledger.fail(record, new Failure('UPLOAD_EXPIRED'));
    }
  }

  const storeWhole = (folder: UploadFolder): Promise<void> => storeLeft(folder, { keepMs, settled: endings.settled, finish: transfer.finishWhole });
  // A disk that is away has nothing to be swept; the next time it may be back.
  const sweepAll = (): void => [...folders].forEach((folder) => void sweep(folder).then(() => storeWhole(folder)).catch(() => undefined));
  const sweeping = setInterval(sweepAll, Math.min(SWEEP_EVERY_MS, keepMs)).unref();

  return {
    async restore(folder) {
      await sweep(folder);
      const senders: Sender[] = [];
      for (const { info, offset, changedAtMs } of await folder.resumables.list()) {
        const known = ledger.recall(info.id);
        // Killed between giving it its name and clearing up.
        if (known?.state === 'stored' && known.sender.id === info.sender.id) await folder.resumables.remove(info.id);
        else if (!(await isLocked(folder.resumables.lockOf(info.id)))) senders.push(info.sender);
        if (known !== undefined) continue;
        const { record } = placed(info);
        ledger.put({ ...record, received: offset, state: 'interrupted', changedAtMs: Math.round(changedAtMs) });
      }
      // Nobody waits for it: to read a large file for its hash takes minutes. A disk that goes away now is looked at again later.
      void storeWhole(folder).catch(() => undefined);
      return countRecovered(senders);
    },
    stop: () => clearInterval(sweeping),
  };
}
