import { SENDER_KINDS, UPLOAD_STATES, type UploadRecord, type UploadState } from '../../contracts/upload.ts';
import type { ClassicState } from '../../contracts/api.ts';
import { isCount, isObject } from '../../guards.ts';
import { isFileDigest } from '../hash/file-digest.ts';

/** What the progress cache holds under a progress key: an upload's record, or the sum of a batch that was sent as one form. */
export type ProgressEntry =
  | { readonly kind: 'upload'; readonly record: UploadRecord }
  | {
      readonly kind: 'batch';
      /** Id of the sender; nobody else is told. */
      readonly senderId: string;
      /** Bytes on disk. */
      readonly uploaded: number;
      /** Bytes of the whole form as announced by Content-Length; while unknown, as many as have arrived. */
      readonly totalsize: number;
      readonly state: ClassicState;
    };

const ENDED_STATES: ReadonlySet<UploadState | ClassicState> = new Set(['stored', 'failed', 'cancelled'] as const);

/** True when nothing more will be written under this key. */
export function isEnded(entry: ProgressEntry): boolean {
  return ENDED_STATES.has(entry.kind === 'upload' ? entry.record.state : entry.state);
}

/** Looks at what came out of a shared cache, where anybody may have put anything. */
export function isProgressEntry(value: unknown): value is ProgressEntry {
  if (!isObject(value)) return false;
  if (value['kind'] === 'upload') return isUploadRecord(value['record']);
  return (
    value['kind'] === 'batch' &&
    typeof value['senderId'] === 'string' &&
    isCount(value['uploaded']) &&
    isCount(value['totalsize']) &&
    ['receiving', 'finishing', 'stored', 'failed'].includes(String(value['state']))
  );
}

/** Looks at a record that was written down somewhere. */
export function isUploadRecord(value: unknown): value is UploadRecord {
  if (!isObject(value) || !isObject(value['sender'])) return false;
  const texts = [value['id'], value['batch'], value['name'], value['path'], value['sender']['id'], value['sender']['name']];
  const counts = [value['received'], value['createdAtMs'], value['changedAtMs']];
  return (
    texts.every((text) => typeof text === 'string') &&
    counts.every(isCount) &&
    (value['size'] === null || isCount(value['size'])) &&
    (value['originalName'] === undefined || typeof value['originalName'] === 'string') &&
    (value['digest'] === undefined || isFileDigest(value['digest'])) &&
    (value['verified'] === undefined || value['verified'] === true) &&
    isOneOf(SENDER_KINDS, value['sender']['kind']) &&
    isOneOf(UPLOAD_STATES, value['state'])
  );
}

function isOneOf(table: readonly string[], value: unknown): boolean {
  return table.some((entry) => entry === value);
}
