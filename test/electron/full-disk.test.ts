import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FileToSend } from '../../electron/main/sending/file-to-send.ts';
import { readStates } from '../../electron/main/sending/read-states.ts';
import type { GroupTarget } from '../../electron/main/sending/group-target.ts';
import { sendGroup } from '../../electron/main/sending/send-group.ts';
import { sendResumable } from '../../electron/main/sending/send-resumable.ts';
import { announceBatch } from '../../electron/main/sending/announce-batch.ts';
import { startServer } from '../../server/index.ts';
import { startCuttingProxy } from '../helpers/cutting-proxy.ts';
import { listStaging, listTree } from '../helpers/disk.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { mountSmallDisk } from '../helpers/small-disk.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import { isRoot } from '../helpers/tools.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const TOKEN = 'the-owner';
const BYTES = sampleBytes(6_000_000);

/** A server in `parent` behind a line that can be cut, and a file to be sent to it. */
async function start(parent: string, name: string) {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  const uploads = path.join(parent, 'uploads');
  await mkdir(uploads);
  const source = path.join(temp.path, name);
  await writeFile(source, BYTES);
  const file: FileToSend = { id: 'u1', batch: 'b1', path: source, name, folder: '', size: BYTES.length, modifiedAtMs: (await stat(source)).mtimeMs };
  const proxy = await startCuttingProxy(() => Number(new URL(server.url).port));
  onTestFinished(() => proxy.close());
  const server = await startServer({ folder: uploads, ownerToken: TOKEN, reserveBytes: 0, allowedHosts: [`127.0.0.1:${proxy.port}`] }, () => undefined);
  onTestFinished(() => server.stop());
  const target: GroupTarget = { url: `http://127.0.0.1:${proxy.port}`, ownerToken: TOKEN, giveUp: server.giveUp };
  const stateOf = async () => (await readStates(target, AbortSignal.timeout(5000))).get('u1');
  return { uploads, proxy, target, file, stateOf };
}

test.skipIf(!isRoot())('F2: on a disk that is full it waits, says why, and goes on by itself when there is room', async () => {
  const { path: disk } = await mountSmallDisk(8 << 20);
  const { uploads, proxy, target, file, stateOf } = await start(disk, 'film.mov');
  const filler = path.join(disk, 'somebody-elses.bin');
  // While the line is down, somebody else fills the disk.
  proxy.cutAfter([2_500_000], () => writeFileSync(filler, Buffer.alloc(4_500_000)));
  const sending = sendResumable(target, file, { signal: AbortSignal.timeout(20_000) });
  await waitUntil('it to wait for room', async () => (await stateOf())?.failure?.code === 'INSUFFICIENT_STORAGE');
  expect((await stateOf())?.state).toBe('interrupted');
  const [part] = (await listStaging(uploads)).filter(({ name }) => name.endsWith('.part'));
  expect(part?.sizeBytes).toBeGreaterThan(1_000_000);
  rmSync(filler);
  expect(await sending).toBe('stored');
  expect(Object.fromEntries(await listTree(uploads))).toEqual({ 'film.mov': sha256(BYTES) });
  expect(await listStaging(uploads)).toEqual([]);
});

test('F8: while the upload folder is away, large and small files wait, and go on when it is back', async () => {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  const { uploads, proxy, target, file, stateOf } = await start(temp.path, 'film.mov');
  const small: FileToSend = { ...file, id: 'u2', name: 'small.mov' };
  await announceBatch(target, 'b1', [small], AbortSignal.timeout(5000));
  let awayAt = '';
  proxy.cutAfter([2_500_000], async () => {
    // Or it would still be waiting for its turn, which is no place for a reason.
    await waitUntil('its bytes to be received', async () => (await stateOf())?.state === 'receiving');
    // At once: a tenth of a second later the rest would come over the next connection.
    renameSync(uploads, `${uploads}-away`);
    awayAt = `${uploads}-away`;
  });
  const signal = AbortSignal.timeout(20_000);
  const sending = sendResumable(target, file, { signal });
  await waitUntil('the line to be cut', () => awayAt !== '');
  const sendingSmall = sendGroup(target, [small], { signal });
  await waitUntil('the large one to say why it waits', async () => (await stateOf())?.failure?.code === 'STORAGE_UNAVAILABLE');
  expect((await readStates(target, signal)).get('u2')?.state).toBe('waiting');
  await expect(stat(uploads)).rejects.toMatchObject({ code: 'ENOENT' });
  await rename(awayAt, uploads);
  expect([await sending, [...(await sendingSmall).values()]]).toEqual(['stored', ['stored']]);
  expect(Object.fromEntries(await listTree(uploads))).toEqual({ 'film.mov': sha256(BYTES), 'small.mov': sha256(BYTES) });
});
