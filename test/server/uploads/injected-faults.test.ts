import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { startCli, type CliServer } from '../../helpers/cli.ts';
import { listStaging, listTree } from '../../helpers/disk.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { underInjection } from '../../helpers/strace.ts';
import { isSkipped } from '../../helpers/tools.ts';
import { createTusClient, offsetIn, stagedPath, startUpload } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';

const CONTENT = sampleBytes(200_000);
const KEPT = 50_000;

describe.skipIf(isSkipped('strace'))('a write of a resumable upload that fails', () => {
  test.each([
    ['EDQUOT', 507, 'INSUFFICIENT_STORAGE'],
    ['EIO', 500, 'STORAGE_IO_ERROR'],
  ] as const)('F3, F4: with %s keeps what came, says so, and goes on when the disk works again', async (error, status, code) => {
    const folder = await makeUploadFolder();
    const before = await startTestServer({ folder });
    const id = await startUpload(before.guest, CONTENT, KEPT);
    await before.running.stop();
    // Every call that writes to this one file fails.
    const inject = ['-P', stagedPath(folder, id, 'part'), '-e', 'trace=write,writev', '-e', `inject=write,writev:error=${error}`];
    const broken = await startCli({ folder, under: underInjection(...inject) });
    const failed = await createTusClient(broken.guest).patch(id, KEPT, CONTENT.subarray(KEPT));
    expect([failed.status, readFailureCode(failed)]).toEqual([status, code]);
    expect(await broken.guest.record(id)).toMatchObject({ state: 'interrupted', received: KEPT, failure: { code } });
    expect([await listTree(folder), (await stat(stagedPath(folder, id, 'part'))).size]).toEqual([new Map(), KEPT]);
    broken.child.signal('SIGTERM');
    await broken.child.ended;
    const after = await startTestServer({ folder });
    expect((await createTusClient(after.guest).patch(id, KEPT, CONTENT.subarray(KEPT))).status).toBe(204);
    expect(await listTree(folder)).toEqual(new Map([['file.bin', sha256(CONTENT)]]));
    expect(await listStaging(folder)).toEqual([]);
  });
});

test('F3: a file that is larger than the system lets this process write is refused, and nothing of it stays', async () => {
  // In blocks of 512 bytes.
  const server = await startCli({ under: ['/bin/sh', '-c', 'ulimit -f 200; exec "$0" "$@"'] });
  const answer = await server.guest.post('/api/uploads', buildForm([file('large.bin', CONTENT)]));
  expect([answer.status, readFailureCode(answer)]).toEqual([507, 'INSUFFICIENT_STORAGE']);
  expect([await listTree(server.folder), await listStaging(server.folder)]).toEqual([new Map(), []]);
  const small = sampleBytes(50_000, 2);
  expect((await server.guest.send(buildForm([file('small.bin', small)]))).status).toBe(201);
  expect(await listTree(server.folder)).toEqual(new Map([['small.bin', sha256(small)]]));
});

describe.skipIf(isSkipped('strace'))('a folder whose names cannot be made durable', () => {
  test('F5: shows no file that was not acknowledged, keeps its bytes, and has it once when it is sent on', async () => {
    const folder = await makeUploadFolder();
    const inject = ['-P', folder, '-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO'];
    const broken = await startCli({ folder, under: underInjection(...inject) });
    const id = await startUpload(broken.guest, CONTENT, KEPT);
    const failed = await createTusClient(broken.guest).patch(id, KEPT, CONTENT.subarray(KEPT));
    expect([failed.status, readFailureCode(failed)]).toEqual([500, 'STORAGE_IO_ERROR']);
    const form = await broken.guest.post('/api/uploads', buildForm([file('small.bin', CONTENT)]));
    expect([form.status, readFailureCode(form)]).toEqual([500, 'STORAGE_IO_ERROR']);
    expect([await listTree(folder), (await stat(stagedPath(folder, id, 'part'))).size]).toEqual([new Map(), CONTENT.length]);
    broken.child.signal('SIGTERM');
    await broken.child.ended;
    const after = await startTestServer({ folder });
    expect((await createTusClient(after.guest).head(id)).status).toBe(200);
    expect(await listTree(folder)).toEqual(new Map([['file.bin', sha256(CONTENT)]]));
    expect(await listStaging(folder)).toEqual([]);
  });
});

describe.skipIf(isSkipped('strace'))('a name that can neither be made durable nor be given back', () => {
  /** The disk becomes read-only right then, and is as before afterwards. @param fsync the how-manieth is that of the folder @param rename that which gives the name back */
  async function startBroken(fsync: number, rename: number): Promise<CliServer> {
    const inject = ['-e', 'trace=fsync,rename', '-e', `inject=fsync:error=EIO:when=${fsync}`, '-e', `inject=rename:error=EROFS:when=${rename}`];
    // With one thread for the disk, because strace counts for each.
    return startCli({ env: { UV_THREADPOOL_SIZE: '1' }, under: underInjection(...inject) });
  }

  test('F5, F7: is in sight, and is one file when its form comes again', async () => {
    const server = await startBroken(2, 2);
    const form = buildAnnouncedForm([announced('photo.jpg', CONTENT, { id: 'one' })]);
    expect((await server.guest.send(form)).uploads).toMatchObject([{ state: 'failed', failure: { code: 'STORAGE_IO_ERROR' } }]);
    expect(await listTree(server.folder)).toEqual(new Map([['photo.jpg', sha256(CONTENT)]]));
    expect((await server.guest.send(form)).uploads).toMatchObject([{ state: 'stored', path: 'photo.jpg' }]);
    expect(await listTree(server.folder)).toEqual(new Map([['photo.jpg', sha256(CONTENT)]]));
    expect(await listStaging(server.folder)).toEqual([]);
  });

  test('F5, F7: is one file after the next start as well', async () => {
    const server = await startBroken(2, 2);
    const form = buildAnnouncedForm([announced('photo.jpg', CONTENT, { id: 'one' })]);
    expect((await server.guest.send(form)).uploads).toMatchObject([{ state: 'failed' }]);
    await server.child.kill();
    const after = await startTestServer({ folder: server.folder });
    expect((await after.guest.send(form)).uploads).toMatchObject([{ state: 'stored', path: 'photo.jpg' }]);
    expect(await listTree(server.folder)).toEqual(new Map([['photo.jpg', sha256(CONTENT)]]));
    expect(await listStaging(server.folder)).toEqual([]);
  });

  test('F5, F7: goes on over tus without a byte more', async () => {
    const server = await startBroken(3, 3);
    const id = await startUpload(server.guest, CONTENT, KEPT);
    const failed = await createTusClient(server.guest).patch(id, KEPT, CONTENT.subarray(KEPT));
    expect([failed.status, readFailureCode(failed)]).toEqual([500, 'STORAGE_IO_ERROR']);
    expect(await listTree(server.folder)).toEqual(new Map([['file.bin', sha256(CONTENT)]]));
    expect(offsetIn(await createTusClient(server.guest).head(id))).toBe(CONTENT.length);
    expect(await server.guest.record(id)).toMatchObject({ state: 'stored', path: 'file.bin' });
    expect(await listTree(server.folder)).toEqual(new Map([['file.bin', sha256(CONTENT)]]));
    expect(await listStaging(server.folder)).toEqual([]);
  });
});
