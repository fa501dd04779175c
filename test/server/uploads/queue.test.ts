import { expect, test } from 'vitest';
import type { UploadRecord, UploadState } from '../../../server/contracts/upload.ts';
import { Queue } from '../../../server/uploads/queue/queue.ts';

const MOST = 10_000;

function record(id: string, state: UploadState): UploadRecord {
  const sender = { id: 'one', name: 'One', kind: 'page' as const };
  return { id, batch: 'b', name: id, path: id, size: 1, received: 1, state, sender, createdAtMs: 1, changedAtMs: 1 };
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
