import { chmod, chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCli } from '../helpers/cli.ts';
import { listStaging, modeOf, STAGING_NAME } from '../helpers/disk.ts';
import { buildForm, file } from '../helpers/multipart.ts';
import { sampleBytes } from '../helpers/sample-bytes.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { isRoot } from '../helpers/tools.ts';
import { openPatch, startUpload } from '../helpers/tus.ts';
import { makeUploadFolder } from '../helpers/upload-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

test('K15: what is unfinished is for its owner alone, also where new files are for everybody', async () => {
  const folder = await makeUploadFolder();
  // Left by somebody who let everybody in.
  await mkdir(join(folder, STAGING_NAME));
  await chmod(join(folder, STAGING_NAME), 0o777);
  const server = await startCli({ folder, under: ['/bin/sh', '-c', 'umask 000; exec "$0" "$@"'] });
  const content = sampleBytes(200_000);
  await server.guest.send(buildForm([file('before.txt', 'before')]));
  const form = await openSlowUpload(server, { content });
  await form.sendTo(100_000);
  const patch = await openPatch(server, await startUpload(server.guest, content, 100_000), 100_000, content.length);
  await patch.write(content.subarray(100_000, 150_000));
  // Bytes of a form; description, bytes and lock of a resumable upload.
  await waitUntil('all of it to be there', async () => (await listStaging(server.folder)).length >= 4);
  const staging = join(server.folder, STAGING_NAME);
  expect((await modeOf(staging)).toString(8)).toBe('700');
  for (const entry of await readdir(staging, { recursive: true, withFileTypes: true })) {
    const mode = await modeOf(join(entry.parentPath, entry.name));
    expect([entry.name, mode.toString(8)]).toEqual([entry.name, entry.isDirectory() ? '700' : '600']);
  }
  expect((await modeOf(join(server.folder, 'before.txt'))).toString(8)).toBe('666');
  patch.reset();
  form.connection.reset();
});

test.skipIf(!isRoot())('K15: a staging folder that somebody else made in a folder for everybody is not used; one of the upload folder\'s owner is', async () => {
  const folder = await makeUploadFolder();
  const staging = join(folder, STAGING_NAME);
  await chmod(folder, 0o1777);
  await mkdir(staging);
  await chown(staging, 65_534, 65_534);
  await expect(startTestServer({ folder })).rejects.toMatchObject({ code: 'CONFIG_DEST_NOT_WRITABLE' });
  expect(await readdir(staging)).toEqual([]);
  await chown(folder, 65_534, 65_534);
  const server = await startTestServer({ folder });
  expect((await server.guest.send(buildForm([file('a.txt', 'a')]))).status).toBe(201);
});
