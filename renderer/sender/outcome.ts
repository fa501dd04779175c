import type { FailureCode, FailureReport } from '../../server/contracts/failure.ts';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import { ApiFailure, ServerUnreachable } from '../api/api-failure.ts';
import type { SendState } from './send-item.ts';

/** The connection's fate, or the moment's, not the file's: sending again by itself can help. */
const CONNECTION_CODES: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'UPLOAD_ABORTED', 'UPLOAD_STALLED', 'SENDER_GONE', 'MULTIPART_TRUNCATED', 'REQUEST_TIMEOUT', 'SHUTTING_DOWN', 'TOO_MANY_UPLOADS', 'TOO_MANY_UNKNOWN',
  // Of one file: an earlier connection of ours still holds it.
  'UPLOAD_ID_IN_USE',
  // Of one that can be resumed: ask where it stands, or begin again, and go on.
  'UPLOAD_LOCKED', 'UPLOAD_OFFSET_CONFLICT', 'UPLOAD_EXPIRED', 'UPLOAD_STATE_LOST',
]);

/** The receiving disk's fate: what the server keeps of a file goes on when there is room, or when the disk is back. */
const DISK_CODES: ReadonlySet<FailureCode> = new Set<FailureCode>(['INSUFFICIENT_STORAGE', 'QUOTA_EXCEEDED', 'STORAGE_UNAVAILABLE']);

/** The permission's fate: only a person can help. */
const ACCESS_CODES: ReadonlySet<FailureCode> = new Set<FailureCode>(['AUTH_REQUIRED', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'TOKEN_REVOKED', 'DEVICE_REFUSED']);

/** The bytes that arrived are not those that were hashed here: nothing of them is kept, and once it may have been an accident on the way. */
export function isMismatch(record: UploadRecord | undefined): record is UploadRecord & { readonly failure: FailureReport } {
  return record?.state === 'failed' && record.failure?.code === 'CHECKSUM_MISMATCH';
}

/** How a file ended, in the server's words; null when it did not end, or only because its connection did, or may begin again. */
export function endOf(record: UploadRecord | undefined): SendState | null {
  if (record?.state === 'stored') return { kind: 'stored', verified: record.verified === true };
  if (record?.state === 'cancelled') return { kind: 'cancelled' };
  if (isMismatch(record)) return null;
  if (record?.state !== 'failed' || record.failure === undefined || CONNECTION_CODES.has(record.failure.code)) return null;
  // The folder is away, or the access was ended: nothing is wrong with the file.
  if (record.failure.code === 'STORAGE_UNAVAILABLE' || ACCESS_CODES.has(record.failure.code)) return null;
  return { kind: 'failed', failure: record.failure };
}

/** What an error of a whole request means for its files. */
export type RequestLoss =
  | { readonly kind: 'connection'; readonly waitMs: number }
  /** The receiving disk is full, or away. */
  | { readonly kind: 'disk'; readonly failure: FailureReport; readonly waitMs: number }
  | { readonly kind: 'access' }
  /** The owner has not said yes yet. */
  | { readonly kind: 'approval'; readonly failure: FailureReport }
  /** Somebody else announced these ids. */
  | { readonly kind: 'ids-taken' }
  /** By the person at the computer. */
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'mismatch'; readonly failure: FailureReport }
  | { readonly kind: 'refused'; readonly failure: FailureReport };

/** @throws whatever is no answer of a server and no lack of one */
export function lossOf(error: unknown): RequestLoss {
  if (error instanceof ServerUnreachable) return { kind: 'connection', waitMs: 0 };
  if (!(error instanceof ApiFailure)) throw error;
  const { report, retryAfterMs } = error;
  if (ACCESS_CODES.has(report.code)) return { kind: 'access' };
  if (report.code === 'APPROVAL_NEEDED') return { kind: 'approval', failure: report };
  if (report.code === 'UPLOAD_ID_IN_USE') return { kind: 'ids-taken' };
  if (report.code === 'CANCELLED') return { kind: 'cancelled' };
  if (report.code === 'CHECKSUM_MISMATCH') return { kind: 'mismatch', failure: report };
  if (DISK_CODES.has(report.code)) return { kind: 'disk', failure: report, waitMs: retryAfterMs ?? 0 };
  return CONNECTION_CODES.has(report.code) ? { kind: 'connection', waitMs: retryAfterMs ?? 0 } : { kind: 'refused', failure: report };
}
