import { utimesSync } from 'node:fs';
import { readdir, readlink, rm, stat } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileToSend } from '../../electron/main/sending/file-to-send.ts';
import { readStates } from '../../electron/main/sending/read-states.ts';
import { sendResumable } from '../../electron/main/sending/send-resumable.ts';
import { startCuttingProxy, type CuttingProxy } from '../helpers/cutting-proxy.ts';
import { listStaging, listTree } from '../helpers/disk.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { SENDER_TOKEN, startSendingSide, type SendingSide } from '../helpers/sending-side.ts';
import { makeSparseFile } from '../helpers/sparse-file.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const BYTES = sampleBytes(20_000_000);

let side: SendingSide<CuttingProxy>;
let file: FileToSend;

beforeEach(async () => {
  side = await startSendingSide(startCuttingProxy);
  file = await side.write('u1', BYTES, { name: 'film.mov', folder: 'Holiday/ä' });
});
afterEach(() => side.stop());

const stateOf = async () => (await readStates(side.direct(), AbortSignal.timeout(5000))).get('u1');

async function sendThrough(cuts: readonly number[], onCut?: (cut: number) => void): Promise<string> {
  side.wire.cutAfter(cuts, onCut);
  return sendResumable(side.target, file, { signal: AbortSignal.timeout(20_000) });
}

test('after a broken connection it goes on where the server stands', async () => {
  expect(await sendThrough([9_000_000, 15_000_000])).toBe('stored');
  expect(Object.fromEntries(await listTree(side.uploads))).toEqual({ 'Holiday/ä/film.mov': sha256(BYTES) });
  expect(await listStaging(side.uploads)).toEqual([]);
  // What was on the wire at a cut may have to go again, and not more.
  expect(side.wire.carriedBytes()).toBeLessThan(BYTES.length + 4_000_000);
});

test('while nothing gets through it tries again and again; broken off then, it stays interrupted, and the next sending goes on', async () => {
  const ending = new AbortController();
  side.wire.cutAfter([9_000_000, ...Array.from({ length: 20 }, () => 1)], (cut) => {
    if (cut === 5) ending.abort();
  });
  expect(await sendResumable(side.target, file, { signal: ending.signal })).toBe('interrupted');
  expect(await stateOf()).toMatchObject({ state: 'interrupted' });
  const [part] = (await listStaging(side.uploads)).filter(({ name }) => name.endsWith('.part'));
  expect(part?.sizeBytes).toBeGreaterThan(1_000_000);
  expect(await sendResumable(side.direct(), file, { signal: AbortSignal.timeout(20_000) })).toBe('stored');
  expect([...(await listTree(side.uploads)).values()]).toEqual([sha256(BYTES)]);
});

test('when the computer wakes up it does not wait for its next try', async () => {
  // Without it, the sixth try would come 14 s after the first.
  side.wire.cutAfter([9_000_000, 1, 1, 1, 1]);
  const woken = (): AbortSignal => {
    const waking = new AbortController();
    setImmediate(() => waking.abort());
    return waking.signal;
  };
  const startedMs = performance.now();
  expect(await sendResumable(side.target, file, { signal: AbortSignal.timeout(20_000), woken })).toBe('stored');
  expect(performance.now() - startedMs).toBeLessThan(6000);
});

test('a file that was written to meanwhile is given up, and nothing of it is kept', async () => {
  expect(await sendThrough([9_000_000], () => utimesSync(file.path, 1, 1))).toBe('ended');
  expect(await stateOf()).toMatchObject({ state: 'failed', failure: { code: 'FILE_CHANGED' } });
  expect(await listStaging(side.uploads)).toEqual([]);
  expect(await listTree(side.uploads)).toEqual(new Map());
  const open = await Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  expect(open).not.toContain(file.path);
});

test('a file that is gone is given up before its first byte', async () => {
  await rm(file.path);
  expect(await sendResumable(side.direct(), file, { signal: AbortSignal.timeout(20_000) })).toBe('ended');
  expect(await stateOf()).toMatchObject({ state: 'failed', failure: { code: 'FILE_UNREADABLE' } });
  expect(await listStaging(side.uploads)).toEqual([]);
});

test('a server that stops keeps what has arrived, and the next one goes on with it', async () => {
  await rm(file.path);
  await makeSparseFile(file.path, 200_000_000);
  const { size, mtimeMs } = await stat(file.path);
  file = { ...file, size, modifiedAtMs: mtimeMs };
  const ending = new AbortController();
  const sending = sendResumable(side.direct(), file, { signal: ending.signal });
  const partBytes = async () => (await listStaging(side.uploads)).find(({ name }) => name.endsWith('.part'))?.sizeBytes ?? 0;
  await waitUntil('some of it to arrive', async () => (await partBytes()) > 0);
  await side.server().stop();
  const kept = await partBytes();
  expect(kept).toBeGreaterThan(0);
  ending.abort();
  expect(await sending).toBe('interrupted');

  await side.start();
  expect(await stateOf()).toMatchObject({ state: 'interrupted' });
  expect(await sendResumable(side.direct(), file, { signal: AbortSignal.timeout(20_000) })).toBe('stored');
});

test('what was cancelled does not come back', async () => {
  const ending = new AbortController();
  side.wire.cutAfter([9_000_000], () => ending.abort());
  expect(await sendResumable(side.target, file, { signal: ending.signal })).toBe('interrupted');
  await waitUntil('the server to notice', async () => (await stateOf())?.state === 'interrupted');
  await fetch(new URL('/api/uploads/u1', side.server().url), { method: 'DELETE', headers: { authorization: `Bearer ${SENDER_TOKEN}` } });
  expect(await listStaging(side.uploads)).toEqual([]);
  expect(await sendResumable(side.direct(), file, { signal: AbortSignal.timeout(20_000) })).toBe('ended');
  expect(await stateOf()).toMatchObject({ state: 'cancelled' });
});
