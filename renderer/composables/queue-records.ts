import type { QueueReply } from '../../server/contracts/api.ts';
import type { Totals, UploadRecord, UploadState } from '../../server/contracts/upload.ts';

/** What the polls have brought together so far. */
export interface QueueRecords {
  readonly revision: string | null;
  /** Newest knowledge of each upload, by id. */
  readonly records: ReadonlyMap<string, UploadRecord>;
  readonly totals: Totals | null;
}

export const NO_RECORDS: QueueRecords = { revision: null, records: new Map(), totals: null };

const MOVING: ReadonlySet<UploadState> = new Set<UploadState>(['waiting', 'receiving', 'finishing']);

export function isMovingState(state: UploadState): boolean {
  return MOVING.has(state);
}

/** Takes in one answer of the status endpoint. */
export function applyQueueReply(known: QueueRecords, reply: QueueReply): QueueRecords {
  if (reply.unchanged === true) return { ...known, revision: reply.revision };
  const records = new Map(reply.full ? [] : known.records);
  for (const record of reply.uploads) records.set(record.id, record);
  for (const id of reply.removed) records.delete(id);
  return { revision: reply.revision, records, totals: reply.totals };
}

/** Bytes that arrived between two states of the queue, by id; a retry that starts over counts as nothing. */
export function arrivedBetween(before: QueueRecords, changed: readonly UploadRecord[]): ReadonlyMap<string, number> {
  const arrived = new Map<string, number>();
  for (const { id, received } of changed) {
    const bytes = received - (before.records.get(id)?.received ?? 0);
    if (bytes > 0) arrived.set(id, bytes);
  }
  return arrived;
}
