import { queryObjects } from 'node:v8';
import { expect, test } from 'vitest';
import type { QueueReply } from '../../../server/contracts/api.ts';
import type { UploadRecord, UploadState } from '../../../server/contracts/upload.ts';
import { Queue } from '../../../server/uploads/queue/queue.ts';
import { Tally } from '../../../server/uploads/queue/tally.ts';

const MOST = 10_000;

function record(id: string, state: UploadState, senderId = 'one'): UploadRecord {
  const sender = { id: senderId, name: 'One', kind: 'page' as const };
  return { id, batch: 'b', name: id, path: id, size: 1, received: 1, state, sender, createdAtMs: 1, changedAtMs: 1 };
}

function changes(queue: Queue, since?: string, senderId?: string): Extract<QueueReply, { unchanged?: never }> {
  const reply = queue.changes(since, senderId);
  if (reply.unchanged === true) throw new Error('Nothing has changed.');
  return reply;
}

test('a queue keeps the latest that have ended, and all that have not', () => {
  const queue = new Queue();
  queue.set(record('under way', 'receiving'));
  for (let index = 0; index < MOST; index += 1) queue.set(record(String(index), 'stored'));
  expect(['under way', '0', '1'].map((id) => queue.get(id)?.state)).toEqual(['receiving', undefined, 'stored']);
  const { stored, receiving } = queue.totals().count;
  expect([stored, receiving]).toEqual([MOST - 1, 1]);
  // What has left the queue was stored all the same.
  expect(queue.storedBytes()).toBe(MOST);
});

test('what ended first leaves it first, also when it came last', () => {
  const queue = new Queue();
  queue.set(record('early', 'waiting'));
  queue.set(record('late', 'failed'));
  queue.set(record('early', 'stored'));
  for (let index = 0; index < MOST - 1; index += 1) queue.set(record(String(index), 'waiting'));
  expect(['early', 'late'].map((id) => queue.get(id)?.state)).toEqual(['stored', undefined]);
});

test('nothing is kept of senders that have no record any more', () => {
  const queue = new Queue();
  const before = queryObjects(Tally, { format: 'count' });
  for (let index = 0; index < MOST + 2000; index += 1) queue.set(record(String(index), 'stored', `sender ${index}`));
  // Somebody else's from now on.
  queue.set(record('2500', 'stored', 'sender 3000'));
  expect(queryObjects(Tally, { format: 'count' }) - before).toBe(MOST - 1);
  const stored = ['sender 3000', 'sender 0'].map((sender) => changes(queue, undefined, sender).totals.count.stored);
  expect(stored).toEqual([2, 0]);
});

test('a poll costs what has changed, and nothing is lost to it, however many wait', () => {
  const queue = new Queue();
  const many = 5 * MOST;
  for (let index = 0; index < many; index += 1) queue.set(record(String(index), 'waiting'));
  const { revision } = changes(queue);
  for (let index = 0; index < many; index += 1) queue.set(record(String(index % 10), 'receiving'));
  const { uploads } = changes(queue, revision);
  expect(uploads.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, index) => String(index)));
});
