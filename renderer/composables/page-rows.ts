import type { UploadRecord } from '../../server/contracts/upload.ts';
import type { SendItem } from '../sender/send-item.ts';
import { SMALL_FILE_BYTES } from '../sender/plan-request.ts';
import { fileKind } from './file-kind.ts';
import type { QueueRow, RowState } from './queue-row.ts';

function rowState({ state }: SendItem, record: UploadRecord | undefined): RowState {
  switch (state.kind) {
    case 'ready': case 'reconnecting': case 'stored': case 'failed': case 'cancelled': return state.kind;
    case 'queued': return 'waiting';
    // The server keeps what it has of it.
    case 'paused': return 'interrupted';
    // The request has left this device; whether bytes arrive, only the server knows.
    case 'sending':
      if (state.resuming) return 'reconnecting';
      return record?.state === 'receiving' || record?.state === 'finishing' ? record.state : record?.state === 'stored' ? 'stored' : 'waiting';
    default: return state satisfies never;
  }
}

/** Bytes that the server has, and keeps also when the connection is lost. */
function receivedOf(state: RowState, size: number, record: UploadRecord | undefined): number {
  if (state === 'stored') return size;
  if (state === 'receiving' || state === 'finishing') return record?.received ?? 0;
  // A small file that was cut has to come again, as a whole.
  return (state === 'reconnecting' || state === 'waiting') && size >= SMALL_FILE_BYTES ? record?.received ?? 0 : 0;
}

/** What the sender knows of a file and what the server has of it, as one row. */
export function pageRow(item: SendItem, record: UploadRecord | undefined, bytesPerSecond: number): QueueRow {
  const { picked: { id, file, folder }, state: local } = item;
  const state = rowState(item, record);
  return {
    id, folder, file, state, bytesPerSecond,
    name: file.name,
    kind: fileKind(file.name, file.type),
    size: file.size,
    received: receivedOf(state, file.size, record),
    failure: local.kind === 'failed' ? local.failure : null,
    storedName: state === 'stored' && record?.state === 'stored' && record.name !== file.name ? record.name : null,
  };
}

export type PagePhase = 'empty' | 'ready' | 'sending' | 'ended';

export interface PageSummary {
  readonly phase: PagePhase;
  /** Rows that were sent, whatever became of them. */
  readonly sent: readonly QueueRow[];
  readonly ready: readonly QueueRow[];
  /** Bytes that the server has, of all that is or will be there. */
  readonly receivedBytes: number;
  readonly sizeBytes: number;
  readonly stored: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Ids for which another try can help. */
  readonly retryable: readonly string[];
  readonly reconnecting: boolean;
}

export function sumSizes(rows: readonly QueueRow[]): number {
  return rows.reduce((sum, { size }) => sum + (size ?? 0), 0);
}

/** What the rows come to. A ready row counts as nothing until it is sent. */
export function summarizeRows(rows: readonly QueueRow[]): PageSummary {
  const ready = rows.filter(({ state }) => state === 'ready');
  const sent = rows.filter(({ state }) => state !== 'ready');
  const wanted = sent.filter(({ state }) => state !== 'failed' && state !== 'cancelled');
  const moving = wanted.filter(({ state }) => state !== 'stored').length;
  const failed = sent.filter(({ state }) => state === 'failed');
  return {
    phase: moving > 0 ? 'sending' : ready.length > 0 ? 'ready' : sent.length > 0 ? 'ended' : 'empty',
    ready, sent,
    receivedBytes: wanted.reduce((sum, { received }) => sum + received, 0),
    sizeBytes: sumSizes(wanted),
    stored: wanted.length - moving,
    failed: failed.length,
    cancelled: sent.length - wanted.length - failed.length,
    retryable: failed.filter(({ failure }) => failure?.retryable === true).map(({ id }) => id),
    reconnecting: wanted.some(({ state }) => state === 'reconnecting'),
  };
}
