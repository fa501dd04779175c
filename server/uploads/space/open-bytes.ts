import type { UploadRecord } from '../../contracts/upload.ts';
import type { Queue } from '../queue/queue.ts';
import type { PledgedUpload } from './neighbours.ts';
import type { OpenBytes } from './space.ts';

/** An interrupted upload keeps its room for this long after it was last heard of; then others may have it, and it has to ask again. */
const KEEPS_ROOM_MS = 60_000;

/** Bytes of all uploads that have not ended. @param senderId of this sender's only */
export function openBytes(queue: Queue, senderId?: string): OpenBytes {
  const { receivedBytes, sizeBytes } = queue.open(senderId);
  return { receivedBytes, promisedBytes: sizeBytes - receivedBytes - lapsedBytes(queue, senderId) };
}

/** Bytes that room is kept for; 0 for what has ended. */
export function promisedTo(record: UploadRecord | undefined): number {
  if (record === undefined || record.size === null || !isOpen(record) || hasLapsed(record)) return 0;
  return record.size - record.received;
}

/** All uploads that have not ended, one by one. */
export function openUploads(queue: Queue): readonly PledgedUpload[] {
  return queue.filter(isOpen).map((record) => ({ id: record.id, senderId: record.sender.id, promisedBytes: promisedTo(record), receivedBytes: record.received }));
}

function lapsedBytes(queue: Queue, senderId: string | undefined): number {
  if (queue.totals().count.interrupted === 0) return 0;
  const lapsed = queue.inState('interrupted').filter((record) => (senderId === undefined || record.sender.id === senderId) && hasLapsed(record));
  return lapsed.reduce((sum, { size, received }) => sum + (size ?? received) - received, 0);
}

function hasLapsed({ state, changedAtMs }: UploadRecord): boolean {
  return state === 'interrupted' && Date.now() - changedAtMs > KEEPS_ROOM_MS;
}

/** True for what has not ended. */
export function isOpen({ state }: UploadRecord): boolean {
  return state !== 'stored' && state !== 'failed' && state !== 'cancelled';
}
