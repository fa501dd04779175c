import { expect, test } from 'vitest';
import { createGroups } from '../../../server/uploads/folder/in-groups.ts';

/** A job that ends when the test says so. */
function startJob() {
  const begun: { readonly items: readonly number[]; readonly end: (outcomes: readonly PromiseSettledResult<number>[]) => void; readonly fail: (error: Error) => void }[] = [];
  const ask = createGroups<number, number>((items) => new Promise((resolve, reject) => begun.push({ items, end: resolve, fail: reject })));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { begun, ask, turn, groups: () => begun.map(({ items }) => items) };
}

const ok = (...values: readonly number[]): readonly PromiseSettledResult<number>[] => values.map((value) => ({ status: 'fulfilled', value }));

test('who asks meanwhile comes together with others after it; other keys do not wait', async () => {
  const { begun, ask, turn, groups } = startJob();
  const answers = [ask('a', 1), ask('a', 2), ask('a', 3), ask('b', 4)];
  expect(groups()).toEqual([[1], [4]]);
  begun[0]?.end(ok(10));
  await turn();
  expect(groups()).toEqual([[1], [4], [2, 3]]);
  answers.push(ask('a', 5));
  begun[2]?.end(ok(20, 30));
  begun[1]?.end(ok(40));
  await turn();
  begun[3]?.end(ok(50));
  expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50]);
  // All is quiet: the next one begins at once.
  const last = ask('a', 6);
  begun[4]?.end(ok(60));
  expect(await last).toBe(60);
});

test('one that fails fails alone; a group that fails fails as a whole, and the next goes on', async () => {
  const { begun, ask, turn } = startJob();
  const answers = [1, 2, 3, 4].map((item) => ask('a', item).catch((error: unknown) => (error instanceof Error ? error.message : 'unknown')));
  begun[0]?.fail(new Error('all'));
  await turn();
  begun[1]?.end([...ok(20), { status: 'rejected', reason: new Error('one') }, ...ok(40)]);
  expect(await Promise.all(answers)).toEqual(['all', 20, 'one', 40]);
});
