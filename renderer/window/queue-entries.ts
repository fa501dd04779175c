import type { UploadState } from '../../server/contracts/upload.ts';
import { recordRow, type Batch } from '../composables/batches.ts';
import type { QueueRow, RowAction } from '../composables/queue-row.ts';

export const FILTERS = ['all', 'moving', 'attention', 'stored'] as const;
export type Filter = (typeof FILTERS)[number];

/** One line of the window's list: the head of a batch, or one of its files. */
export type QueueEntry =
  | { readonly kind: 'batch'; readonly key: string; readonly batch: Batch }
  | { readonly kind: 'row'; readonly key: string; readonly row: QueueRow; readonly ours: boolean; readonly actions: readonly RowAction[] };

function passes(filter: Filter, state: UploadState): boolean {
  switch (filter) {
    case 'all': return true;
    case 'moving': return state === 'waiting' || state === 'receiving' || state === 'finishing';
    case 'attention': return state === 'failed' || state === 'interrupted';
    case 'stored': return state === 'stored';
    default: return filter satisfies never;
  }
}

function actionsOf(state: UploadState, ours: boolean): readonly RowAction[] {
  switch (state) {
    case 'waiting': case 'receiving': case 'interrupted': return ['cancel'];
    case 'finishing': return [];
    case 'stored': return ['show', 'remove'];
    // What another device sent can only be sent again from there.
    case 'failed': case 'cancelled': return ours ? ['retry', 'remove'] : ['remove'];
    default: return state satisfies never;
  }
}

/** @param speedOf bytes per second of an upload */
export function queueEntries(batches: readonly Batch[], filter: Filter, speedOf: (id: string) => number): readonly QueueEntry[] {
  return batches.flatMap((batch): readonly QueueEntry[] => {
    const shown = batch.records.filter(({ state }) => passes(filter, state));
    if (shown.length === 0) return [];
    const ours = batch.sender.kind === 'window';
    return [
      { kind: 'batch', key: `batch ${batch.id}`, batch },
      ...shown.map((record): QueueEntry => ({
        kind: 'row', key: record.id, ours,
        row: recordRow(record, speedOf(record.id)),
        actions: actionsOf(record.state, ours),
      })),
    ];
  });
}
