import { RESUMABLE_BYTES } from '../../electron/contracts/bridge.ts';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import type { Batch } from '../composables/batches.ts';

/** What can be done with this window's own uploads, all at once; ids. */
export interface OwnUploads {
  readonly pausable: readonly string[];
  /** Paused or interrupted. */
  readonly resumable: readonly string[];
  readonly retryable: readonly string[];
  readonly cancellable: readonly string[];
}

/** @param paused ids of what a person holds back */
export function ownUploads(batches: readonly Batch[], paused: ReadonlySet<string>): OwnUploads {
  const records = batches.flatMap((batch) => (batch.sender.kind === 'window' ? batch.records : []));
  const ids = (wanted: (record: UploadRecord) => boolean): readonly string[] => records.filter(wanted).map(({ id }) => id);
  return {
    // What is interrupted does not move anyway.
    pausable: ids((record) => canPause(record) && record.state !== 'interrupted' && !paused.has(record.id)),
    resumable: ids((record) => isHeld(record, paused) || record.state === 'interrupted'),
    // What a person cancelled is not brought back by a wish for what failed.
    retryable: ids(({ state, failure }) => state === 'failed' && failure?.retryable === true),
    cancellable: ids(({ state }) => state === 'waiting' || state === 'receiving' || state === 'interrupted'),
  };
}

/** Whether a person holds it back: one that ended at the same moment has ended. */
export function isHeld({ id, state }: UploadRecord, paused: ReadonlySet<string>): boolean {
  return paused.has(id) && (state === 'waiting' || state === 'receiving' || state === 'interrupted');
}

/** A small one whose bytes travel already is there before anybody could stop it. */
export function canPause({ state, size }: UploadRecord): boolean {
  return state === 'waiting' || state === 'interrupted' || (state === 'receiving' && (size ?? 0) >= RESUMABLE_BYTES);
}
