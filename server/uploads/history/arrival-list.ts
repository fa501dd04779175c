import type { HistoryReply } from '../../contracts/history.ts';
import { Failure } from '../../failure.ts';
import { diskFailure } from '../folder/disk-failure.ts';
import type { HistoryWish } from './history-page.ts';
import type { UploadHistory } from './upload-history.ts';

/** The list of what arrived, for people. Every method throws the failures of the disk. */
export interface ArrivalList {
  page(wish: HistoryWish): Promise<HistoryReply>;
  /** How many entries there are of each sender, by its id. */
  countBySender(): Promise<ReadonlyMap<string, number>>;
  /** Takes an upload off the list; its file stays. @throws Failure UPLOAD_NOT_FOUND */
  forget(id: string): Promise<void>;
  /** Empties it; files stay. */
  clear(): Promise<void>;
}

/** @param history of the folder that files land in now */
export function createArrivalList(history: () => Pick<UploadHistory, 'page' | 'countBySender' | 'forget' | 'clear'>): ArrivalList {
  return {
    page: (wish) => named(history().page(wish)),
    countBySender: () => named(history().countBySender()),
    async forget(id) {
      if (!(await named(history().forget(id)))) throw new Failure('UPLOAD_NOT_FOUND');
    },
    clear: () => named(history().clear()),
  };
}

/** Errors of the disk, by their names. */
function named<Result>(job: Promise<Result>): Promise<Result> {
  return job.catch((error: unknown) => Promise.reject(diskFailure(error)));
}
