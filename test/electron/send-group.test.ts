import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileToSend } from '../../electron/main/sending/file-to-send.ts';
import { readStates } from '../../electron/main/sending/read-states.ts';
import { sendGroup } from '../../electron/main/sending/send-group.ts';
import { startCuttingProxy, type CuttingProxy } from '../helpers/cutting-proxy.ts';
import { listStaging, listTree } from '../helpers/disk.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { startSendingSide, type SendingSide } from '../helpers/sending-side.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const FILE_BYTES = 200_000;

let side: SendingSide<CuttingProxy>;
let group: readonly FileToSend[];

beforeEach(async () => {
  side = await startSendingSide(startCuttingProxy);
  group = await Promise.all(Array.from({ length: 20 }, (_none, index) =>
    side.write(`u${index}`, sampleBytes(FILE_BYTES, index + 1), { name: `${index}.jpg`, folder: 'in' })));
});
afterEach(() => side.stop());

const names = (files: readonly FileToSend[]): readonly string[] => files.map(({ name }) => `in/${name}`).sort();

test('what a broken connection left out is sent again, until all is stored, and nothing lies there twice', async () => {
  side.wire.cutAfter([3_000_000, 500_000]);
  const ends = await sendGroup(side.target, group, { signal: AbortSignal.timeout(20_000) });
  expect([...new Set(ends.values())]).toEqual(['stored']);
  expect(ends.size).toBe(group.length);
  const tree = await listTree(side.uploads);
  expect([...tree.keys()].sort()).toEqual(names(group));
  for (const [index, { name }] of group.entries()) expect(tree.get(`in/${name}`)).toBe(sha256(sampleBytes(FILE_BYTES, index + 1)));
  expect(await listStaging(side.uploads)).toEqual([]);
});

test('one that is cancelled meanwhile does not come again', async () => {
  const cancelled = group.at(-1)?.id;
  side.wire.cutAfter([1_000_000]);
  const ends = await sendGroup(side.target, group, { signal: AbortSignal.timeout(20_000), isWanted: (id) => id !== cancelled });
  expect([...ends.values()].filter((end) => end === 'stored')).toHaveLength(group.length - 1);
  expect([...(await listTree(side.uploads)).keys()].sort()).toEqual(names(group.slice(0, -1)));
});

test('broken off, it knows which of them are stored', async () => {
  const ending = new AbortController();
  const sending = sendGroup(side.target, group, { signal: ending.signal });
  await waitUntil('one of them to be stored', async () => (await listTree(side.uploads)).size > 0);
  ending.abort();
  const ends = await sending;
  const stored = [...(await readStates(side.target, AbortSignal.timeout(5000)))].filter(([, { state }]) => state === 'stored').map(([id]) => id);
  expect(stored.length).toBeGreaterThan(0);
  expect([...ends].filter(([, end]) => end === 'stored').map(([id]) => id).sort()).toEqual(stored.sort());
  expect([...ends.values()].filter((end) => end === 'interrupted')).toHaveLength(group.length - stored.length);
});
