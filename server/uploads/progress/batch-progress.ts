import type { ClassicState } from '../../contracts/api.ts';
import type { ProgressEntry } from './progress-entry.ts';
import { createThrottle } from './throttle.ts';

/** Progress is written at most this often, besides each change of state. */
export const PROGRESS_INTERVAL_MS = 100;

/** Progress of one form as a whole, under the key that its sender chose. */
export interface BatchProgress {
  /** Notes how many bytes of one file are on disk. */
  received(fileId: string, bytes: number): void;
  enter(state: ClassicState): void;
  /** Bytes of all files that are on disk. */
  bytes(): number;
}

interface BatchOptions {
  readonly senderId: string;
  /** Bytes of the form, from Content-Length; null when the sender did not say. */
  readonly totalBytes: number | null;
  readonly write: (entry: ProgressEntry) => void;
}

export function createBatchProgress({ senderId, totalBytes, write }: BatchOptions): BatchProgress {
  const bytesOf = new Map<string, number>();
  let sum = 0;
  let state: ClassicState = 'receiving';

  const report = (): void => {
    const totalsize = totalBytes ?? sum;
    // A form is larger than its files: once all is here, the whole form has arrived.
    const isHere = state === 'finishing' || state === 'stored';
    write({ kind: 'batch', senderId, uploaded: isHere ? totalsize : Math.min(sum, totalsize), totalsize, state });
  };
  const throttle = createThrottle(PROGRESS_INTERVAL_MS, report);
  throttle.request();

  return {
    bytes: () => sum,
    received(fileId, bytes) {
      sum += bytes - (bytesOf.get(fileId) ?? 0);
      bytesOf.set(fileId, bytes);
      throttle.request();
    },
    enter(next) {
      state = next;
      throttle.cancel();
      report();
    },
  };
}
