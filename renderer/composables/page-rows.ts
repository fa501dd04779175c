import type { FailureReport } from '../../server/contracts/failure.ts';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import type { SendItem } from '../sender/send-item.ts';
import { SMALL_FILE_BYTES } from '../sender/plan-request.ts';
import type { UnfinishedFile } from '../sender/unfinished-file.ts';
import { fileKind } from './file-kind.ts';
import { clashOf, type QueueRow, type RowState } from './queue-row.ts';

function storedState(record: UploadRecord | undefined): RowState {
  return record?.verified === true ? 'verified' : 'stored';
}

function rowState({ state }: SendItem, record: UploadRecord | undefined): RowState {
  switch (state.kind) {
    case 'ready': case 'paused': case 'failed': case 'cancelled': return state.kind;
    // Nothing is wrong with the connection.
    case 'reconnecting':
      if (state.why?.code === 'APPROVAL_NEEDED') return 'waiting';
      return state.why === undefined ? 'reconnecting' : 'interrupted';
    case 'stored': return state.verified ? 'verified' : storedState(record);
    case 'queued': return 'waiting';
    // The request has left this device; whether bytes arrive, only the server knows.
    case 'sending':
      if (state.resuming) return 'reconnecting';
      if (record?.state === 'stored') return storedState(record);
      return record?.state === 'receiving' || record?.state === 'finishing' ? record.state : 'waiting';
    default: return state satisfies never;
  }
}

/** Bytes that the server has, and keeps also when the connection is lost. */
function receivedOf(state: RowState, size: number, record: UploadRecord | undefined, arrivedBytes: number): number {
  if (state === 'stored' || state === 'verified') return size;
  // Of the last poll and the last answer to the sender, one is newer; what is on disk does not become less.
  const known = Math.max(record?.received ?? 0, arrivedBytes);
  if (state === 'receiving' || state === 'finishing') return known;
  // A small file that was cut has to come again, as a whole.
  const kept = state === 'reconnecting' || state === 'waiting' || state === 'paused' || state === 'interrupted';
  return kept && size >= SMALL_FILE_BYTES ? known : 0;
}

/** Also of what has not failed: the receiving disk may be why it does not get on. */
function failureOf(local: SendItem['state'], record: UploadRecord | undefined): FailureReport | null {
  const ofRecord = record?.state === 'interrupted' ? record.failure ?? null : null;
  switch (local.kind) {
    case 'failed': return local.failure;
    case 'reconnecting': return local.why ?? ofRecord;
    case 'sending': return local.resuming ? ofRecord : null;
    case 'ready': case 'queued': case 'paused': case 'stored': case 'cancelled': return null;
    default: return local satisfies never;
  }
}

/** Its name in the upload folder where a person sees a difference: Apple's systems write accents as characters of their own. */
function storedNameOf(record: UploadRecord | undefined, name: string): string | null {
  return record?.state === 'stored' && record.name !== name.normalize('NFC') ? record.name : null;
}

/** What the sender knows of a file and what the server has of it, as one row. */
export function pageRow(item: SendItem, record: UploadRecord | undefined, bytesPerSecond: number): QueueRow {
  const { picked: { id, file, folder }, state: local } = item;
  const state = rowState(item, record);
  const received = receivedOf(state, file.size, record, item.arrivedBytes);
  return {
    id, folder, file, state, received, bytesPerSecond,
    name: file.name,
    kind: fileKind(file.name, file.type),
    size: file.size,
    sent: Math.min(file.size, Math.max(received, state === 'receiving' || state === 'finishing' ? item.sentBytes : 0)),
    failure: failureOf(local, record),
    clash: state === 'stored' || state === 'verified' ? clashOf(record) : null,
    storedName: state === 'stored' || state === 'verified' ? storedNameOf(record, file.name) : null,
  };
}

/** A file of an earlier load of the page, of which only the name and what the server has are left. */
export function unfinishedRow({ id, name, folder, size }: UnfinishedFile, record: UploadRecord | undefined): QueueRow {
  const received = receivedOf('interrupted', size, record, 0);
  return {
    id, name, folder, size, received,
    state: 'interrupted', sent: received, kind: fileKind(name), failure: null, storedName: null, clash: null, bytesPerSecond: 0, file: null,
  };
}
