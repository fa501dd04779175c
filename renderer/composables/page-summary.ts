import type { FailureReport } from '../../server/contracts/failure.ts';
import { isRowStored, type QueueRow } from './queue-row.ts';

/** `paused` when nothing moves and something is paused: it has not ended. */
export type PagePhase = 'empty' | 'ready' | 'sending' | 'paused' | 'ended';

export interface PageSummary {
  readonly phase: PagePhase;
  /** Rows that were sent, whatever became of them. */
  readonly sent: readonly QueueRow[];
  readonly ready: readonly QueueRow[];
  /** Bytes of all that is or will be there: claimed as sent, on the server's disk, agreed upon by both ends. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly verifiedBytes: number;
  readonly sizeBytes: number;
  readonly stored: number;
  readonly verified: number;
  readonly alreadyThere: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Ids of what moves or waits for its turn. */
  readonly moving: readonly string[];
  readonly paused: readonly string[];
  /** Ids for which another try can help. */
  readonly retryable: readonly string[];
  readonly reconnecting: boolean;
  /** Why something that moves does not, when it is the receiving disk; null when nothing waits for it. */
  readonly blocked: FailureReport | null;
  /** What the disk had no room for, and how much it had; null when all fitted. */
  readonly noRoom: { readonly count: number; readonly freeBytes: number } | null;
}

export function sumSizes(rows: readonly QueueRow[]): number {
  return rows.reduce((sum, { size }) => sum + (size ?? 0), 0);
}

function noRoomFor(failed: readonly QueueRow[]): PageSummary['noRoom'] {
  const limits = failed.flatMap(({ failure }) => (failure?.code === 'INSUFFICIENT_STORAGE' || failure?.code === 'QUOTA_EXCEEDED' ? [failure.limit ?? 0] : []));
  return limits.length === 0 ? null : { count: limits.length, freeBytes: Math.max(...limits) };
}

/** What the rows come to. A ready row counts as nothing until it is sent. */
export function summarizeRows(rows: readonly QueueRow[]): PageSummary {
  const ready = rows.filter(({ state }) => state === 'ready');
  const sent = rows.filter(({ state }) => state !== 'ready');
  const wanted = sent.filter(({ state }) => state !== 'failed' && state !== 'cancelled');
  const stored = wanted.filter(isRowStored);
  const verified = stored.filter(({ state }) => state === 'verified');
  const paused = wanted.filter(({ state }) => state === 'paused');
  const moving = wanted.filter((row) => row.state !== 'paused' && !isRowStored(row));
  const failed = sent.filter(({ state }) => state === 'failed');
  return {
    phase: moving.length > 0 ? 'sending' : paused.length > 0 ? 'paused' : ready.length > 0 ? 'ready' : sent.length > 0 ? 'ended' : 'empty',
    ready, sent,
    sentBytes: wanted.reduce((sum, row) => sum + row.sent, 0),
    receivedBytes: wanted.reduce((sum, { received }) => sum + received, 0),
    verifiedBytes: sumSizes(verified),
    sizeBytes: sumSizes(wanted),
    stored: stored.length,
    verified: verified.length,
    alreadyThere: stored.filter(({ clash }) => clash === 'wasThere').length,
    failed: failed.length,
    cancelled: sent.length - wanted.length - failed.length,
    moving: moving.map(({ id }) => id),
    paused: paused.map(({ id }) => id),
    retryable: failed.filter(({ failure }) => failure?.retryable === true).map(({ id }) => id),
    // A file that is read once more waits for nothing.
    blocked: moving.find(({ failure }) => failure !== null && failure.code !== 'FILE_CHANGED')?.failure ?? null,
    noRoom: noRoomFor(failed),
    reconnecting: wanted.some(({ state }) => state === 'reconnecting'),
  };
}
