import type { FailureReport } from '../../server/contracts/failure.ts';
import type { UploadState } from '../../server/contracts/upload.ts';
import type { FileKind } from './file-kind.ts';

/** States of an upload, and two that only its sender knows. */
export type RowState = UploadState | 'ready' | 'reconnecting';

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
  readonly state: RowState;
  readonly failure: FailureReport | null;
  /** Name in the upload folder, where it is another one. */
  readonly storedName: string | null;
  /** Bytes per second; 0 when unknown. */
  readonly bytesPerSecond: number;
  /** For a thumbnail; null where the file is on another device. */
  readonly file: File | null;
}

/** What a person may do with a row. */
export type RowAction = 'cancel' | 'retry' | 'remove' | 'show';

export function isRowMoving({ state }: QueueRow): boolean {
  return state === 'receiving' || state === 'finishing';
}

/** Seconds until all is there; null when nobody can know. */
export function secondsLeft(missingBytes: number, bytesPerSecond: number): number | null {
  return bytesPerSecond > 0 && missingBytes > 0 ? missingBytes / bytesPerSecond : null;
}
