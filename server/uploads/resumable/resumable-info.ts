import type { DuplicatePolicy } from '../../contracts/duplicates.ts';
import { SENDER_KINDS, type FileDigest, type Sender } from '../../contracts/upload.ts';
import { isCount, isObject, parseGuarded } from '../../guards.ts';
import { isDuplicatePolicy } from '../naming/duplicate-choice.ts';
import { isFileDigest } from '../hash/file-digest.ts';

/** What is known of a resumable upload before all its bytes are here; kept beside its bytes, so that it survives the process. */
export interface ResumableInfo {
  readonly id: string;
  readonly batch: string;
  readonly sender: Sender;
  readonly rawName: string;
  /** Folder as announced, not yet cleaned. */
  readonly folder: string;
  /** Bytes. */
  readonly size: number;
  readonly createdAtMs: number;
  /** What the sender said last that the hash of the whole file is. */
  readonly digest?: FileDigest;
  /** Not to be stored before its sender says so, though all its bytes may be here. */
  readonly held?: true;
  /** For a name that exists already; absent: keep both. */
  readonly duplicates?: DuplicatePolicy;
}

/** Reads what {@link JSON.stringify} wrote; null for anything else: torn by a crash, or not ours. */
export function parseResumableInfo(text: string): ResumableInfo | null {
  return parseGuarded(text, isResumableInfo);
}

function isResumableInfo(value: unknown): value is ResumableInfo {
  if (!isObject(value) || !isObject(value['sender'])) return false;
  const { sender } = value;
  const texts = [value['id'], value['batch'], value['rawName'], value['folder'], sender['id'], sender['name']];
  return (
    texts.every((text) => typeof text === 'string') &&
    [value['size'], value['createdAtMs']].every(isCount) &&
    SENDER_KINDS.some((kind) => kind === sender['kind']) &&
    (value['digest'] === undefined || isFileDigest(value['digest'])) &&
    (value['held'] === undefined || value['held'] === true) &&
    (value['duplicates'] === undefined || isDuplicatePolicy(value['duplicates']))
  );
}
