import type { FailureReport } from '../../server/contracts/failure.ts';
import type { UploadRecord, UploadState } from '../../server/contracts/upload.ts';
import type { ClashWord } from '../i18n/messages.ts';
import type { FileKind } from './file-kind.ts';

/**
 * States of an upload; three that only its sender knows; `verified` for what is stored and hashed to the same at both ends; and
 * `declined` for what whoever looks at it did not want.
 */
export type RowState = UploadState | 'ready' | 'reconnecting' | 'paused' | 'verified' | 'declined';

export function clashOf(record: UploadRecord | undefined): ClashWord | null {
  if (record?.state !== 'stored') return null;
  if (record.replacedBy !== undefined) return 'replacedSince';
  return record.wasThere === true ? 'wasThere' : record.replaced === true ? 'replaced' : null;
}

/** One line of the list, in window and page alike. */
export interface QueueRow {
  readonly id: string;
  /** As the sender knows it. */
  readonly name: string;
  /** With `/` between the parts; empty when there is none. */
  readonly folder: string;
  readonly kind: FileKind;
  /** Bytes; null when nobody said. */
  readonly size: number | null;
  /** Bytes that the server has on disk. */
  readonly received: number;
  /** Bytes that its browser claims to have sent; 0 where nobody says. Never less than `received`. */
  readonly sent: number;
  readonly state: RowState;
  readonly failure: FailureReport | null;
  /** Name in the upload folder, where it is another one. */
  readonly storedName: string | null;
  /** How it went with a file of its name that was there before; null when there was none, or both are kept. */
  readonly clash: ClashWord | null;
  /** Bytes per second; 0 when unknown. */
  readonly bytesPerSecond: number;
  /** For a thumbnail; null where the file is on another device. */
  readonly file: File | null;
}

/** What a person may do with a row. */
export type RowAction = 'cancel' | 'pause' | 'resume' | 'retry' | 'remove' | 'show';

export function isRowMoving({ state }: QueueRow): boolean {
  return state === 'receiving' || state === 'finishing';
}

export function isRowStored({ state }: Pick<QueueRow, 'state'>): boolean {
  return state === 'stored' || state === 'verified';
}

/** Seconds until all is there; null when nobody can know. */
export function secondsLeft(missingBytes: number, bytesPerSecond: number): number | null {
  return bytesPerSecond > 0 && missingBytes > 0 ? missingBytes / bytesPerSecond : null;
}
