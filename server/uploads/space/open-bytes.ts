import type { UploadRecord } from '../../contracts/upload.ts';
import type { Queue } from '../queue/queue.ts';
import type { PledgedUpload } from './neighbours.ts';
import type { SenderPromise } from './fair-share.ts';

/** An interrupted upload keeps its room for this long after it was last heard of; then others may have it, and it has to ask again. */
const KEEPS_ROOM_MS = 60_000;

/** What each of these senders has coming. */
export function promisesOf(queue: Queue, senderIds: readonly string[]): readonly SenderPromise[] {
  const lapsedOf = new Map<string, number>();
  for (const record of lapsedUploads(queue)) lapsedOf.set(record.sender.id, (lapsedOf.get(record.sender.id) ?? 0) + leftBytes(record));
  return senderIds.map((senderId) => {
    const { receivedBytes, sizeBytes, waitingBytes } = queue.open(senderId);
    const promisedBytes = sizeBytes - receivedBytes - (lapsedOf.get(senderId) ?? 0);
    return { senderId, isWindow: queue.isWindow(senderId), receivedBytes, promisedBytes, waitingBytes, recentBytes: queue.recentBytes(senderId) };
  });
}

/** Bytes that room is kept for; 0 for what has ended. */
export function promisedTo(record: UploadRecord | undefined): number {
  if (record === undefined || record.size === null || !isOpen(record) || hasLapsed(record)) return 0;
  return record.size - record.received;
}

/** The same of one that has begun, or is about to. */
export function promisedToBegun(record: UploadRecord | undefined): number {
  return record?.state === 'waiting' ? 0 : promisedTo(record);
}

/** All uploads that have not ended, one by one. */
export function openUploads(queue: Queue): readonly PledgedUpload[] {
  return queue.filter(isOpen).map((record) => ({ id: record.id, senderId: record.sender.id, promisedBytes: promisedTo(record), receivedBytes: record.received, isWaiting: record.state === 'waiting' }));
}

function lapsedUploads(queue: Queue): readonly UploadRecord[] {
  return queue.totals().count.interrupted === 0 ? [] : queue.inState('interrupted').filter(hasLapsed);
}

function leftBytes({ size, received }: UploadRecord): number {
  return (size ?? received) - received;
}

function hasLapsed({ state, changedAtMs }: UploadRecord): boolean {
  return state === 'interrupted' && Date.now() - changedAtMs > KEEPS_ROOM_MS;
}

/** True for what has not ended. */
export function isOpen({ state }: UploadRecord): boolean {
  return state !== 'stored' && state !== 'failed' && state !== 'cancelled';
}
