import type { UploadRecord } from './upload.ts';

/** Most entries that one answer holds; also how many come when nobody says. */
export const MAX_HISTORY_LIMIT = 200;

/** Longest `q`, in UTF-16 units. */
export const MAX_HISTORY_QUERY = 200;

/** One file that arrived, now or in an earlier run. */
export interface HistoryEntry extends Pick<UploadRecord, 'id' | 'batch' | 'name' | 'path' | 'originalName' | 'sender' | 'digest' | 'verified'> {
  /** Bytes. */
  readonly size: number;
  readonly storedAtMs: number;
  /** There is still a file under that path. */
  readonly isThere: boolean;
}

export interface HistoryQuery {
  /** `next` of the answer before; without it, the newest come. */
  readonly before?: string;
  /** How many at most, 1 to 200. */
  readonly limit?: string;
  /** Words that must all be in the path, the original name or the sender's name; case does not count. */
  readonly q?: string;
}

/** Answer of `GET /api/history`, newest first. */
export interface HistoryReply {
  readonly entries: readonly HistoryEntry[];
  /** Where the next page begins; null on the last one. */
  readonly next: string | null;
  /** Entries on all pages. */
  readonly total: number;
}
