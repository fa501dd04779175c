import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { TestServer } from '../../helpers/launch-server.ts';
import { listStaging, listTree, STAGING_NAME } from '../../helpers/disk.ts';
import { readFailureCode, readJson, type HttpAnswer } from '../../helpers/http-answer.ts';
import { mountDisk } from '../../helpers/mount-disk.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { isRoot } from '../../helpers/tools.ts';
import { createTusClient, offsetIn, startUpload } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(300_000);
const HALF = 150_000;

async function folderOf({ guest }: TestServer): Promise<unknown> {
  return readJson(await guest.request('GET', '/api/server'))['folder'];
}

/** Every road in answers that it cannot be now, and when to ask again. */
async function expectAway(server: TestServer, id: string): Promise<void> {
  const tus = createTusClient(server.guest);
  const announcement = JSON.stringify({ files: [{ id: 'new', name: 'new.bin', size: 1 }] });
  const answers: readonly HttpAnswer[] = [
    await server.guest.request('POST', '/api/batches', { headers: { 'content-type': 'application/json' }, body: announcement }),
    await server.guest.post('/api/uploads', buildForm([file('a.bin', 'a')])),
    await server.guest.post('/api/uploads', buildForm([file('a.bin', 'a')]), { 'transfer-encoding': 'chunked' }),
    await server.guest.post('/uploadfile', buildForm([file('a.bin', 'a')])),
    await tus.create({ size: 10 }),
    await tus.patch(id, HALF, CONTENT.subarray(HALF)),
  ];
  for (const answer of answers) expect([answer.status, readFailureCode(answer), Number(answer.headers['retry-after']) > 0]).toEqual([503, 'STORAGE_UNAVAILABLE', true]);
  expect((await tus.head(id)).status).toBe(503);
  expect(await folderOf(server)).toBe('away');
  expect(await server.guest.record(id)).toMatchObject({ state: 'interrupted', received: HALF, failure: { code: 'STORAGE_UNAVAILABLE', retryable: true } });
}

test.for([
  { what: 'gone', take: async (folder: string) => void (await rename(folder, `${folder}-away`)), giveBack: async (folder: string) => void (await rename(`${folder}-away`, folder)) },
  {
    what: 'replaced by another one, which another server has used',
    take: async (folder: string) => {
      await rename(folder, `${folder}-away`);
      await mkdir(folder);
      const other = await startTestServer({ folder });
      await other.stop();
    },
    giveBack: async (folder: string) => {
      expect([await listTree(folder), await listStaging(folder)]).toEqual([new Map(), []]);
      await rm(folder, { recursive: true });
      await rename(`${folder}-away`, folder);
    },
  },
])('F8: while the upload folder is $what, nothing is taken in and nothing made; then all goes on', async ({ take, giveBack }) => {
  const server = await startTestServer();
  const disk = await watchDisk(server);
  const id = await startUpload(server.guest, CONTENT, HALF);
  expect(await folderOf(server)).toBe('there');
  await take(server.folder);
  await expectAway(server, id);
  await giveBack(server.folder);
  expect(await folderOf(server)).toBe('there');
  const tus = createTusClient(server.guest);
  expect(offsetIn(await tus.head(id))).toBe(HALF);
  expect((await tus.patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
  await disk.expectDone({ 'file.bin': CONTENT });
});

test('F8: what a form had brought when the folder went away is cleared when it is back', async () => {
  const server = await startTestServer();
  const upload = await openSlowUpload(server, { content: CONTENT, by: 'nothing' });
  await upload.sendTo(HALF);
  await waitUntil('bytes in staging', async () => (await listStaging(server.folder)).some(({ sizeBytes }) => sizeBytes > 0));
  await rename(server.folder, `${server.folder}-away`);
  upload.connection.reset();
  await waitUntil('the form to be given up', async () => (await server.guest.records()).every(({ state }) => state === 'failed'));
  expect(await listStaging(`${server.folder}-away`)).toHaveLength(1);
  await rename(`${server.folder}-away`, server.folder);
  await waitUntil('staging to be empty', async () => (await listStaging(server.folder)).length === 0);
});

test.skipIf(!isRoot())('F8: another disk that is mounted over the upload folder stays empty', async () => {
  const folder = await makeUploadFolder();
  const server = await startTestServer({ folder });
  const id = await startUpload(server.guest, CONTENT, HALF);
  const other = await mountDisk(folder, 4 << 20);
  await mkdir(join(folder, STAGING_NAME));
  await expectAway(server, id).finally(async () => {
    const [tree, staging] = [await listTree(folder), await listStaging(folder)];
    await other.unmount();
    expect([tree, staging]).toEqual([new Map(), []]);
  });
  expect((await createTusClient(server.guest).patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
});

test.skipIf(!isRoot())('F18: staging on another disk is refused at the start', async () => {
  const folder = await makeUploadFolder();
  await mkdir(join(folder, STAGING_NAME));
  const other = await mountDisk(join(folder, STAGING_NAME), 1 << 20);
  onTestFinished(() => other.unmount());
  await expect(startTestServer({ folder })).rejects.toMatchObject({ code: 'CONFIG_STAGING_CROSS_DEVICE' });
  expect(await listTree(folder)).toEqual(new Map());
});
