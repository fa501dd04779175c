import type { UploadRecord, UploadState } from '../../server/contracts/upload.ts';
import { recordRow, type Batch } from '../composables/batches.ts';
import { declinedBy, type DeclinedCode } from '../composables/declined.ts';
import type { QueueRow, RowAction } from '../composables/queue-row.ts';
import { canPause, isHeld } from './own-uploads.ts';

export const FILTERS = ['all', 'moving', 'attention', 'stored'] as const;
export type Filter = (typeof FILTERS)[number];

/** One line of the window's list: the head of a batch, or one of its files. */
export type QueueEntry =
  | { readonly kind: 'batch'; readonly key: string; readonly batch: Batch }
  | { readonly kind: 'row'; readonly key: string; readonly row: QueueRow; readonly ours: boolean; readonly declined: DeclinedCode | null; readonly actions: readonly RowAction[] };

/** @param held what a person paused goes on only when a person says so */
function passes(filter: Filter, state: UploadState, held: boolean, declined: boolean): boolean {
  switch (filter) {
    case 'all': return true;
    case 'moving': return !held && (state === 'waiting' || state === 'receiving' || state === 'finishing');
    case 'attention': return held || (state === 'failed' && !declined) || state === 'interrupted';
    case 'stored': return state === 'stored';
    default: return filter satisfies never;
  }
}

function actionsOf(record: UploadRecord, ours: boolean, held: boolean): readonly RowAction[] {
  const { state } = record;
  if (held) return ['resume', 'cancel'];
  switch (state) {
    case 'interrupted': return ours ? ['resume', 'cancel'] : ['cancel'];
    case 'waiting': case 'receiving': return ours && canPause(record) ? ['pause', 'cancel'] : ['cancel'];
    case 'finishing': return [];
    case 'stored': return ['show', 'remove'];
    // What another device sent can only be sent again from there.
    case 'failed': case 'cancelled': return ours ? ['retry', 'remove'] : ['remove'];
    default: return state satisfies never;
  }
}

/** What the owner declined has failed for its sender alone. */
function shownRow(row: QueueRow, held: boolean, declined: boolean): QueueRow {
  if (held) return { ...row, state: 'paused' };
  return declined ? { ...row, state: row.state === 'failed' ? 'declined' : row.state, failure: null } : row;
}

/**
 * @param paused ids of this window's files that a person holds back
 * @param speedOf bytes per second of an upload
 */
export function queueEntries(
  batches: readonly Batch[], filter: Filter, paused: ReadonlySet<string>, speedOf: (id: string) => number,
): readonly QueueEntry[] {
  return batches.flatMap((batch): readonly QueueEntry[] => {
    const shown = batch.records.filter((record) => passes(filter, record.state, isHeld(record, paused), declinedBy(record) !== null));
    if (shown.length === 0) return [];
    const ours = batch.sender.kind === 'window';
    return [
      { kind: 'batch', key: `batch ${batch.id}`, batch },
      ...shown.map((record): QueueEntry => {
        const held = isHeld(record, paused);
        const declined = declinedBy(record);
        return { kind: 'row', key: record.id, ours, declined, row: shownRow(recordRow(record, speedOf(record.id)), held, declined !== null), actions: actionsOf(record, ours, held) };
      }),
    ];
  });
}
