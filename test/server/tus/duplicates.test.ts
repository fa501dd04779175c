import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { launchServer } from '../../helpers/launch-server.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, startUpload } from '../../helpers/tus.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const ANY = { policy: 'keep-both', guestsChoose: true } as const;
const CONTENT = sampleBytes(300_000);

test.each([
  ['keep-both', CONTENT, { 'file (1).bin': CONTENT }, { name: 'file (1).bin' }],
  ['skip-same', CONTENT, {}, { name: 'file.bin', wasThere: true }],
  ['skip-same', CONTENT.subarray(1), { 'file (1).bin': CONTENT.subarray(1) }, { name: 'file (1).bin' }],
  ['replace', CONTENT.subarray(1), { 'file.bin': CONTENT.subarray(1) }, { name: 'file.bin', replaced: true }],
])('%s in the metadata holds for the upload', async (duplicates, content, files, record) => {
  const server = await startTestServer({ duplicates: ANY });
  await writeFile(join(server.folder, 'file.bin'), CONTENT);
  const disk = await watchDisk(server);
  const id = await startUpload(server.guest, content, 100_000, { duplicates });
  expect((await createTusClient(server.guest).patch(id, 100_000, content.subarray(100_000))).status).toBe(204);
  expect(await server.guest.record(id)).toMatchObject({ state: 'stored', received: content.length, ...record });
  await disk.expectDone(files);
});

test('what is not allowed is refused before a byte', async () => {
  const server = await startTestServer();
  const disk = await watchDisk(server);
  const tus = createTusClient(server.guest);
  const answers = [await tus.create({ size: 3, metadata: { duplicates: 'replace' } }), await tus.create({ size: 3, metadata: { duplicates: 'x' } })];
  expect(answers.map((answer) => [answer.status, readFailureCode(answer)])).toEqual([[403, 'DUPLICATES_NOT_ALLOWED'], [400, 'DUPLICATES_INVALID']]);
  await disk.expectClean();
});

test('what was named holds over a restart, whatever is usual then', async () => {
  const first = await startTestServer({ duplicates: ANY });
  await writeFile(join(first.folder, 'file.bin'), 'old');
  const id = await startUpload(first.guest, CONTENT, 100_000, { duplicates: 'replace' });
  await first.running.stop();
  const second = await launchServer({ folder: first.folder });
  const disk = await watchDisk(second);
  await createTusClient(second.guest).patch(id, 100_000, CONTENT.subarray(100_000));
  expect(await second.guest.record(id)).toMatchObject({ state: 'stored', name: 'file.bin', replaced: true });
  await disk.expectDone({ 'file.bin': CONTENT });
  await second.stop();
});
