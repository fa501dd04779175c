import { SENDER_KINDS, type Sender } from '../../contracts/upload.ts';
import { isCount, isObject } from '../../guards.ts';

/** What is known of a resumable upload from its creation on; kept beside its bytes, so that it survives the process. */
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
  /** Hash of the whole file, lower-case hex, when the sender told it beforehand. */
  readonly sha256?: string;
}

/** Reads what {@link JSON.stringify} wrote; null for anything else: torn by a crash, or not ours. */
export function parseResumableInfo(text: string): ResumableInfo | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Torn: the caller treats the upload as lost.
    return null;
  }
  return isResumableInfo(value) ? value : null;
}

function isResumableInfo(value: unknown): value is ResumableInfo {
  if (!isObject(value) || !isObject(value['sender'])) return false;
  const { sender } = value;
  const texts = [value['id'], value['batch'], value['rawName'], value['folder'], sender['id'], sender['name']];
  return (
    texts.every((text) => typeof text === 'string') &&
    [value['size'], value['createdAtMs']].every(isCount) &&
    SENDER_KINDS.some((kind) => kind === sender['kind']) &&
    (value['sha256'] === undefined || typeof value['sha256'] === 'string')
  );
}
