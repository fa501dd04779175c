import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PROCESS_TAG } from '../../../server/uploads/folder/process-tag.ts';
import { listStaging, listTree, STAGING_NAME } from '../../helpers/disk.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { mountDisk } from '../../helpers/mount-disk.ts';
import { announced, buildAnnouncedForm } from '../../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { isRoot } from '../../helpers/tools.ts';
import { createTusClient, startUpload } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';

const CONTENT = sampleBytes(300_000);

/** An upload folder whose folder Photos is another disk. */
async function mountInside(sizeBytes: number): Promise<string> {
  const folder = await makeUploadFolder();
  const photos = join(folder, 'Photos');
  await mkdir(photos);
  const disk = await mountDisk(photos, sizeBytes);
  onTestFinished(() => disk.unmount());
  return folder;
}

describe.skipIf(!isRoot())('a folder inside the upload folder that is another disk', () => {
  test('F6: gets its files, whole and by every road, and nothing else', async () => {
    const folder = await mountInside(4 << 20);
    const server = await startTestServer({ folder, duplicates: { policy: 'keep-both', guestsChoose: true } });
    const form = buildAnnouncedForm([announced('photo.jpg', CONTENT, { folder: 'Photos' }), announced('here.jpg', CONTENT)]);
    expect((await server.guest.send(form)).uploads).toMatchObject([{ state: 'stored', path: 'Photos/photo.jpg' }, { state: 'stored', path: 'here.jpg' }]);
    const id = await startUpload(server.guest, CONTENT, CONTENT.length, { filename: 'photo.jpg', folder: 'Photos' });
    expect(await server.guest.record(id)).toMatchObject({ state: 'stored', path: 'Photos/photo (1).jpg' });
    const other = sampleBytes(100_000, 2);
    const replacing = buildAnnouncedForm([announced('photo.jpg', other, { folder: 'Photos' })]);
    expect((await server.guest.post('/api/uploads?duplicates=replace', replacing)).status).toBe(201);
    const tree = new Map([['Photos/photo (1).jpg', sha256(CONTENT)], ['Photos/photo.jpg', sha256(other)], ['here.jpg', sha256(CONTENT)]]);
    expect(await listTree(folder)).toEqual(tree);
    expect(await listStaging(folder)).toEqual([]);
  });

  test('F6: is full: nothing of the file is there, and what can go on is kept', async () => {
    const folder = await mountInside(128 << 10);
    const server = await startTestServer({ folder });
    const sent = await server.guest.send(buildAnnouncedForm([announced('photo.jpg', CONTENT, { folder: 'Photos' })]));
    expect(sent.uploads).toMatchObject([{ state: 'failed', failure: { code: 'INSUFFICIENT_STORAGE' } }]);
    const id = await startUpload(server.guest, CONTENT, 1000, { folder: 'Photos' });
    const failed = await createTusClient(server.guest).patch(id, 1000, CONTENT.subarray(1000));
    expect([failed.status, readFailureCode(failed)]).toEqual([507, 'INSUFFICIENT_STORAGE']);
    expect(await readdir(join(folder, 'Photos'))).toEqual([]);
    expect((await listStaging(folder)).map(({ sizeBytes }) => sizeBytes)).toContain(CONTENT.length);
    expect(await server.guest.record(id)).toMatchObject({ state: 'interrupted', received: CONTENT.length });
  });
});

test('F6: a copy that a killed process was making there is cleared at the next start, and nothing that is not one', async () => {
  const folder = await makeUploadFolder();
  const gone = PROCESS_TAG.replace(/\.\d+\./u, `.${2 ** 30}.`);
  const uuid = '00000000-0000-4000-8000-000000000000';
  const copy = `.slipway-${gone}.${uuid}`;
  const staging = join(folder, STAGING_NAME);
  await mkdir(join(folder, 'Photos'));
  await mkdir(staging);
  for (const name of [copy, '.slipway-mine', 'photo.jpg']) await writeFile(join(folder, 'Photos', name), 'x');
  await writeFile(join(folder, '..', copy), 'outside');
  const paths = [`Photos/${copy}`, `../${copy}`, 'Photos/photo.jpg', 'Photos/.slipway-mine'];
  for (const [index, path] of paths.entries()) await writeFile(join(staging, `${gone}.${uuid.slice(0, -1)}${index}.copying`), JSON.stringify({ copy: path }));
  await writeFile(join(staging, `${gone}.${uuid.slice(0, -1)}9.copying`), '{"copy":"Pho');
  await startTestServer({ folder });
  expect(await readdir(join(folder, 'Photos'))).toEqual(['.slipway-mine', 'photo.jpg']);
  expect(await readdir(join(folder, '..'))).toContain(copy);
  expect(await listStaging(folder)).toEqual([]);
});
