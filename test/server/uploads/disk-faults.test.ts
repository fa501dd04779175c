import { chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startProcess } from '../../helpers/child-process.ts';
import { listTree, STAGING_NAME } from '../../helpers/disk.ts';
import { readFailureCode, readSend } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { mountSmallDisk } from '../../helpers/small-disk.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { isRoot } from '../../helpers/tools.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';
import { raceLinks } from '../../load/race-links.ts';

const FORM = buildForm([file('a.txt', 'a')]);

describe.skipIf(!isRoot())('a disk that fills up', () => {
  test('D6: refuses what cannot fit before its body', async () => {
    const server = await startTestServer({ parent: (await mountSmallDisk(2 << 20)).path });
    const disk = await watchDisk(server);
    const answer = await server.guest.post('/api/uploads', buildForm([file('large.bin', sampleBytes(3_000_000))]));
    expect([answer.status, readFailureCode(answer)]).toEqual([507, 'INSUFFICIENT_STORAGE']);
    expect(answer.headers['connection']).toBe('close');
    await disk.expectClean();
  });

  test('D6: leaves free what must stay free', async () => {
    const server = await startTestServer({ parent: (await mountSmallDisk(2 << 20)).path, reserveBytes: 1_500_000 });
    const answer = await server.guest.post('/api/uploads', buildForm([file('large.bin', sampleBytes(900_000))]));
    expect([answer.status, readFailureCode(answer)]).toEqual([507, 'INSUFFICIENT_STORAGE']);
    expect((await server.guest.send(buildForm([file('small.bin', sampleBytes(100_000))]))).status).toBe(201);
  });

  test.each([['with a manifest, the first file stays', true], ['without one, nothing stays', false]])('F1: in mid-form: %s', async (_what, hasManifest) => {
    const { path } = await mountSmallDisk(4 << 20);
    const server = await startTestServer({ parent: path });
    await writeFile(join(path, 'somebody-elses.bin'), Buffer.alloc(1 << 20));
    const disk = await watchDisk(server);
    const files = [announced('first.bin', sampleBytes(300_000)), announced('second.bin', sampleBytes(2_000_000, 2))];
    const form = hasManifest ? buildAnnouncedForm(files) : buildForm(files.map(({ name, content }) => file(name, content)));
    const filling = writeFile(join(path, 'somebody-elses.bin'), Buffer.alloc(2_700_000));
    await filling;
    // The request is let in when it could fit; then somebody else takes the room.
    const answer = await server.guest.post('/api/uploads', form, { 'transfer-encoding': 'chunked' });
    if (hasManifest) {
      expect([answer.status, readSend(answer).uploads.map(({ state, failure }) => failure?.code ?? state)]).toEqual([207, ['stored', 'INSUFFICIENT_STORAGE']]);
      await disk.expectDone({ 'first.bin': files[0]?.content ?? '' });
    } else {
      expect([answer.status, readFailureCode(answer)]).toEqual([507, 'INSUFFICIENT_STORAGE']);
      await disk.expectClean();
    }
    await rm(join(path, 'somebody-elses.bin'));
    expect((await server.guest.send(FORM)).status).toBe(201);
  });
});

describe('a folder that cannot be written to', () => {
  test('F7: below a file, is refused at the start', async () => {
    const outer = await startTestServer();
    await writeFile(join(outer.folder, 'a-file'), '');
    await expect(startTestServer({ folder: join(outer.folder, 'a-file', 'uploads') })).rejects.toMatchObject({ code: 'CONFIG_DEST_NOT_WRITABLE' });
  });

  test('F7: whose parent is missing too, is refused at the start, and nothing is made', async () => {
    const outer = await startTestServer();
    await expect(startTestServer({ folder: join(outer.folder, 'missing', 'uploads') })).rejects.toMatchObject({ code: 'CONFIG_DEST_NOT_WRITABLE' });
    expect((await readdir(outer.folder)).toSorted()).toEqual([STAGING_NAME]);
  });

  test('F7: that is a file, is refused at the start', async () => {
    const outer = await startTestServer();
    await writeFile(join(outer.folder, 'a-file'), 'kept');
    await expect(startTestServer({ folder: join(outer.folder, 'a-file') })).rejects.toMatchObject({ code: 'CONFIG_DEST_NOT_WRITABLE' });
    expect(await listTree(outer.folder)).toEqual(new Map([['a-file', sha256('kept')]]));
  });

  test.skipIf(isRoot())('F7: without permission, is refused at the start', async () => {
    const outer = await startTestServer();
    await mkdir(join(outer.folder, 'locked'), { mode: 0o500 });
    await expect(startTestServer({ folder: join(outer.folder, 'locked', 'uploads') })).rejects.toMatchObject({ code: 'CONFIG_DEST_NOT_WRITABLE' });
    await chmod(join(outer.folder, 'locked'), 0o700);
  });

  test.skipIf(!isRoot())('F7: on a read-only disk is refused at the start; later it is 503, and over when it is over', async () => {
    const small = await mountSmallDisk(2 << 20);
    const server = await startTestServer({ parent: small.path });
    await small.remount('ro');
    const refused = await startTestServer({ folder: join(small.path, 'other') }).catch((error: unknown) => error);
    const answer = await server.guest.post('/api/uploads', FORM);
    await small.remount('rw');
    expect(refused).toMatchObject({ code: 'CONFIG_DEST_NOT_WRITABLE' });
    expect([answer.status, readFailureCode(answer)]).toEqual([503, 'STORAGE_UNAVAILABLE']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await server.guest.send(FORM)).status).toBe(201);
  });

  test('F10: whose staging is a link, is refused at the start', async () => {
    const outer = await startTestServer();
    const folder = join(outer.folder, 'uploads');
    await mkdir(folder);
    await symlink(outer.canary, join(folder, STAGING_NAME));
    const canary = await listTree(outer.canary);
    await expect(startTestServer({ folder })).rejects.toMatchObject({ code: 'CONFIG_DEST_NOT_WRITABLE' });
    expect(await listTree(outer.canary)).toEqual(canary);
  });

  test('F8: that is taken away is not made again', async () => {
    const server = await startTestServer();
    const away = `${server.folder}-away`;
    await rename(server.folder, away);
    const answer = await server.guest.post('/api/uploads', FORM);
    expect([answer.status, readFailureCode(answer)]).toEqual([503, 'STORAGE_UNAVAILABLE']);
    expect(await listTree(server.folder)).toEqual(new Map());
    expect(answer.text).not.toContain(server.folder);
    expect(JSON.stringify(server.log), 'no path in the log').not.toContain(server.folder);
    await rename(away, server.folder);
    expect((await server.guest.send(FORM)).status).toBe(201);
  });
});

describe('what already has the name', () => {
  test('F10: is not followed when it is a link', async () => {
    const server = await startTestServer();
    await symlink(join(server.canary, 'untouched.txt'), join(server.folder, 'a.txt'));
    await symlink(join(server.canary, 'not-there'), join(server.folder, 'b.txt'));
    const disk = await watchDisk(server);
    const sent = await server.guest.send(buildForm([file('a.txt', 'one'), file('b.txt', 'two')]));
    expect(sent.uploads.map(({ name }) => name)).toEqual(['a (1).txt', 'b (1).txt']);
    await disk.expectDone({ 'a (1).txt': 'one', 'b (1).txt': 'two' });
  });

  test('F11: is not followed when it is a folder of the path and a link', async () => {
    const server = await startTestServer();
    await symlink(server.canary, join(server.folder, 'Holiday'));
    const disk = await watchDisk(server);
    const answer = await server.guest.post('/api/uploads', buildAnnouncedForm([announced('x.txt', 'x', { folder: 'Holiday' }), announced('y.txt', 'y', { folder: 'Holiday/deeper' })]));
    expect(answer.status).not.toBe(201);
    readFailureCode(answer);
    await disk.expectClean();
  });

  test('F11: is not followed when somebody swaps a folder of the path for a link at any moment', async () => {
    const server = await startTestServer();
    const { swaps, stored, refused, outside, lost } = await raceLinks({ folder: server.folder, outside: server.canary, guest: server.guest }, 100);
    expect({ outside, lost, refused: refused.filter((status) => status !== 503) }).toEqual({ outside: [], lost: [], refused: [] });
    // Neither of the two had the folder for itself.
    expect([swaps > 100, stored > 0, refused.length > 0]).toEqual([true, true, true]);
  });

  test('F12: is left alone when it is a folder, a pipe, or a folder where a file is wanted', async () => {
    const server = await startTestServer();
    await mkdir(join(server.folder, 'folder.txt'));
    await writeFile(join(server.folder, 'file'), 'kept');
    await startProcess('mkfifo', [join(server.folder, 'pipe.txt')]).ended;
    const disk = await watchDisk(server);
    const sent = await server.guest.send(buildForm([file('folder.txt', 'a'), file('pipe.txt', 'b')]));
    expect(sent.uploads.map(({ name }) => name)).toEqual(['folder (1).txt', 'pipe (1).txt']);
    const below = await server.guest.post('/api/uploads', buildAnnouncedForm([announced('x.txt', 'x', { folder: 'file' })]));
    expect(below.status).toBeGreaterThanOrEqual(400);
    await disk.expectDone({ 'folder (1).txt': 'a', 'pipe (1).txt': 'b' });
  });

  test('F13: stays as it is when the upload is aborted', async () => {
    const server = await startTestServer();
    await writeFile(join(server.folder, 'slow.bin'), 'the original');
    const disk = await watchDisk(server);
    const upload = await openSlowUpload(server, { content: sampleBytes(1_000_000) });
    await upload.sendTo(600_000);
    await waitUntil('bytes to arrive', async () => (await server.guest.record(upload.id).catch(() => undefined))?.received);
    upload.connection.reset();
    await disk.expectClean();
  });

  test('counts also when somebody puts it there while the server runs', async () => {
    const server = await startTestServer();
    await server.guest.send(FORM);
    await writeFile(join(server.folder, 'a (1).txt'), 'of somebody else');
    await writeFile(join(server.folder, 'A (2).TXT'), 'of somebody else');
    expect((await server.guest.send(FORM)).uploads[0]?.name).toBe('a (3).txt');
    await rm(join(server.folder, 'a.txt'));
    expect((await server.guest.send(FORM)).uploads[0]?.name).toBe('a.txt');
  });
});
