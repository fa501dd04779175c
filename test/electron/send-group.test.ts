import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileToSend } from '../../electron/main/sending/file-to-send.ts';
import type { GroupTarget } from '../../electron/main/sending/group-target.ts';
import { readStates } from '../../electron/main/sending/read-states.ts';
import { sendGroup } from '../../electron/main/sending/send-group.ts';
import { startServer } from '../../server/index.ts';
import type { RunningServer } from '../../server/index.ts';
import { startCuttingProxy } from '../helpers/cutting-proxy.ts';
import type { CuttingProxy } from '../helpers/cutting-proxy.ts';
import { listStaging, listTree } from '../helpers/disk.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import type { TempFolder } from '../helpers/temp-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const TOKEN = 'the-owner';
const FILE_BYTES = 200_000;

let temp: TempFolder;
let uploads: string;
let server: RunningServer;
let proxy: CuttingProxy;
let target: GroupTarget;
let group: readonly FileToSend[];

beforeEach(async () => {
  temp = await makeTempFolder();
  uploads = path.join(temp.path, 'uploads');
  await mkdir(uploads);
  proxy = await startCuttingProxy(() => Number(new URL(server.url).port));
  server = await startServer({ folder: uploads, ownerToken: TOKEN, allowedHosts: [`127.0.0.1:${proxy.port}`] }, () => undefined);
  target = { url: `http://127.0.0.1:${proxy.port}`, ownerToken: TOKEN, giveUp: server.giveUp };
  group = await Promise.all(Array.from({ length: 20 }, async (_none, index): Promise<FileToSend> => {
    const full = path.join(temp.path, `${index}`);
    await writeFile(full, sampleBytes(FILE_BYTES, index + 1));
    return { id: `u${index}`, batch: 'b1', path: full, name: `${index}.jpg`, folder: 'in', size: FILE_BYTES, modifiedAtMs: (await stat(full)).mtimeMs };
  }));
});
afterEach(async () => {
  await proxy.close();
  await server.stop();
  await temp.remove();
});

const names = (files: readonly FileToSend[]): readonly string[] => files.map(({ name }) => `in/${name}`).sort();

test('what a broken connection left out is sent again, until all is stored, and nothing lies there twice', async () => {
  proxy.cutAfter([3_000_000, 500_000]);
  const ends = await sendGroup(target, group, { signal: AbortSignal.timeout(20_000) });
  expect([...new Set(ends.values())]).toEqual(['stored']);
  expect(ends.size).toBe(group.length);
  const tree = await listTree(uploads);
  expect([...tree.keys()].sort()).toEqual(names(group));
  for (const [index, { name }] of group.entries()) expect(tree.get(`in/${name}`)).toBe(sha256(sampleBytes(FILE_BYTES, index + 1)));
  expect(await listStaging(uploads)).toEqual([]);
});

test('one that is cancelled meanwhile does not come again', async () => {
  const cancelled = group.at(-1)?.id;
  proxy.cutAfter([1_000_000]);
  const ends = await sendGroup(target, group, { signal: AbortSignal.timeout(20_000), isWanted: (id) => id !== cancelled });
  expect([...ends.values()].filter((end) => end === 'stored')).toHaveLength(group.length - 1);
  expect([...(await listTree(uploads)).keys()].sort()).toEqual(names(group.slice(0, -1)));
});

test('broken off, it knows which of them are stored', async () => {
  const ending = new AbortController();
  const sending = sendGroup(target, group, { signal: ending.signal });
  await waitUntil('one of them to be stored', async () => (await listTree(uploads)).size > 0);
  ending.abort();
  const ends = await sending;
  const stored = [...(await readStates(target, AbortSignal.timeout(5000)))].filter(([, { state }]) => state === 'stored').map(([id]) => id);
  expect(stored.length).toBeGreaterThan(0);
  expect([...ends].filter(([, end]) => end === 'stored').map(([id]) => id).sort()).toEqual(stored.sort());
  expect([...ends.values()].filter((end) => end === 'interrupted')).toHaveLength(group.length - stored.length);
});
