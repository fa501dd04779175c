import { randomUUID } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROCESS_TAG } from '../../server/uploads/folder/process-tag.ts';
import { startCli } from '../helpers/cli.ts';
import { listStaging, listTree, STAGING_NAME } from '../helpers/disk.ts';
import { announced, buildAnnouncedForm } from '../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { findTool, isSkipped } from '../helpers/tools.ts';
import { createTusClient, offsetIn, stagedPath, startUpload } from '../helpers/tus.ts';
import { makeUploadFolder } from '../helpers/upload-folder.ts';
import { watchDisk } from '../helpers/watch-disk.ts';

const CONTENT = sampleBytes(100_000);
const HALF = 50_000;

describe.skipIf(isSkipped('strace'))('a server that is killed between the name and the answer', () => {
  test.each([['H3: a form', 'form'], ['H3: a resumable upload', 'tus']] as const)('%s that comes again under its id is stored once, under the same name', async (_what, road) => {
    const folder = await makeUploadFolder();
    // The folder is made durable after the name is there and before anybody is told.
    const first = await startCli({ folder, under: [findTool('strace'), '-D', '-f', '-qq', '-o', `${folder}.trace`, '-P', folder, '-e', 'trace=fsync', '-e', 'inject=fsync:signal=KILL'] });
    const form = buildAnnouncedForm([announced('file.bin', CONTENT, { id: 'one' })]);
    const sending = road === 'form' ? first.guest.send(form) : createTusClient(first.guest).create({ size: CONTENT.length, id: 'one', body: CONTENT });
    await expect(sending).rejects.toThrow();
    expect((await first.child.ended).signal ?? 'SIGKILL').toBe('SIGKILL');
    expect(await listTree(folder)).toEqual(new Map([['file.bin', sha256(CONTENT)]]));

    const second = await startCli({ folder });
    const disk = await watchDisk(second);
    if (road === 'form') expect((await second.guest.send(form)).uploads).toMatchObject([{ id: 'one', state: 'stored', name: 'file.bin' }]);
    else expect(offsetIn(await createTusClient(second.guest).create({ size: CONTENT.length, id: 'one' }))).toBe(CONTENT.length);
    await disk.expectClean();
    expect(await listStaging(folder)).toEqual([]);
  });
});

test.each([
  ['H4: bytes without a description', { part: '' }],
  ['H4: a description being written', { part: '', 'json.new': '{"id":' }],
  ['H4: a description without bytes', { json: '{}' }],
  ['H4: a lock and nothing else', { lock: `${PROCESS_TAG.replace(/\.\d+\./u, '.4194304.')} x` }],
])('%s, as a kill leaves it, is cleared at the next start', async (_what, left) => {
  const folder = await makeUploadFolder();
  await mkdir(join(folder, STAGING_NAME));
  const id = randomUUID();
  for (const [ending, text] of Object.entries(left)) await writeFile(stagedPath(folder, id, 'part').replace(/part$/u, ending), text);
  const server = await startTestServer({ folder });
  expect(await listStaging(folder)).toEqual([]);
  const disk = await watchDisk(server);
  expect((await createTusClient(server.guest).create({ size: CONTENT.length, id, body: CONTENT })).status).toBe(201);
  await disk.expectDone({ 'file.bin': CONTENT });
});

test.each([
  ['H8: an exception', 'throw new Error("a test broke it")'],
  ['H8: a rejection', 'Promise.reject(new Error("a test broke it"))'],
])('%s that nobody caught ends the server with a word in the log, and what had arrived goes on after the next start', async (_what, code) => {
  const breaking = `data:text/javascript,${encodeURIComponent(`process.once('SIGUSR2', () => { ${code}; });`)}`;
  const first = await startCli({ env: { NODE_OPTIONS: `--import ${breaking}` } });
  const id = await startUpload(first.guest, CONTENT, HALF);
  first.child.signal('SIGUSR2');
  expect(await first.child.ended).toEqual({ status: 1, signal: null });
  expect(first.child.stderr()).toMatch(/server:crashed.*a test broke it/u);
  expect((await stat(stagedPath(first.folder, id, 'part'))).size).toBe(HALF);

  const second = await startCli({ folder: first.folder });
  const disk = await watchDisk(second);
  const tus = createTusClient(second.guest);
  expect(offsetIn(await tus.head(id))).toBe(HALF);
  await disk.expectKept({ [id]: CONTENT.subarray(0, HALF) });
  expect((await tus.patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
  await disk.expectDone({ 'file.bin': CONTENT });
});
