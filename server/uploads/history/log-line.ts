import type { UploadRecord } from '../../contracts/upload.ts';
import { isCount, isObject, parseGuarded } from '../../guards.ts';
import { isUploadRecord } from '../progress/progress-entry.ts';
import type { StoredRecord } from '../queue/stored-record.ts';

/** A file and the name that it is about to get. */
export interface FileLine {
  readonly kind: 'file';
  readonly record: StoredRecord;
  /** Of the staged file, which keeps it when it is linked or renamed. */
  readonly inode: string;
  /** When its bytes were last written, in nanoseconds; a file that says otherwise was changed since. */
  readonly modifiedNs?: string;
  /** It has that name. Absent: only a line below, or a file of that name and inode, says so. */
  readonly isNamed?: true;
  /** A person took it off the list; it is still known that it is stored. */
  readonly isForgotten?: true;
}

/** One line of the log. */
export type LogLine =
  | FileLine
  /** Files of lines above got their names. */
  | { readonly kind: 'named'; readonly files: readonly (readonly [id: string, inode: string])[] }
  /** A person took an upload off the list. */
  | { readonly kind: 'forgotten'; readonly id: string };

/** Null for what is torn, for what is damaged, and for whatever else is none of ours. */
export function parseLogLine(text: string): LogLine | null {
  return parseGuarded(text, isLogLine);
}

function isStoredRecord(record: UploadRecord): record is StoredRecord {
  return record.state === 'stored' && record.size !== null && isCount(record.storedAtMs);
}

function isLogLine(value: unknown): value is LogLine {
  if (!isObject(value)) return false;
  switch (value['kind']) {
    case 'file':
      return isFileLine(value);
    case 'named':
      return Array.isArray(value['files']) && value['files'].every(isPair);
    case 'forgotten':
      return typeof value['id'] === 'string';
    default:
      return false;
  }
}

function isFileLine({ record, inode, modifiedNs, isNamed, isForgotten }: Readonly<Record<string, unknown>>): boolean {
  return isUploadRecord(record) && isStoredRecord(record) && staysInside(record.path) && typeof inode === 'string'
    && (modifiedNs === undefined || typeof modifiedNs === 'string') && isFlag(isNamed) && isFlag(isForgotten);
}

function isFlag(value: unknown): boolean {
  return value === undefined || value === true;
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}

/** Paths of the log are looked for on the disk: none may lead out of the upload folder, whoever wrote it. */
function staysInside(path: string): boolean {
  return path.split(/[/\\]/u).every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0');
}
