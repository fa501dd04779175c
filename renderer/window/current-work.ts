import type { Batch } from '../composables/batches.ts';
import { isHeld } from './own-uploads.ts';

/** What is under way: batches that have not ended, so that yesterday's do not flatter the bar. */
export interface CurrentWork {
  readonly receivedBytes: number;
  readonly verifiedBytes: number;
  readonly sizeBytes: number;
  /** Between 0 and 1. */
  readonly fraction: number;
  /** Nothing of it moves: a person holds it back, or it is interrupted. */
  readonly isHalted: boolean;
}

/** @param paused ids of what a person holds back @returns null when nothing is under way */
export function currentWork(batches: readonly Batch[], paused: ReadonlySet<string>): CurrentWork | null {
  const running = batches.filter(({ ended }) => !ended);
  if (running.length === 0) return null;
  const records = running.flatMap((batch) => batch.records);
  const receivedBytes = running.reduce((sum, batch) => sum + batch.receivedBytes, 0);
  const sizeBytes = running.reduce((sum, batch) => sum + batch.sizeBytes, 0);
  return {
    receivedBytes, sizeBytes,
    verifiedBytes: records.reduce((sum, { verified, received }) => sum + (verified === true ? received : 0), 0),
    fraction: sizeBytes === 0 ? 0 : receivedBytes / sizeBytes,
    isHalted: !records.some((record) => !isHeld(record, paused) && (record.state === 'waiting' || record.state === 'receiving' || record.state === 'finishing')),
  };
}
