import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startProcess } from '../../helpers/child-process.ts';
import { listStaging, listTree, STAGING_NAME } from '../../helpers/disk.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { isSkipped } from '../../helpers/tools.ts';
import { parseTrace, startTraced, type SystemCall, type TracedServer } from '../../helpers/traced-server.ts';
import { createTusClient, stagedPath, startUpload } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';

const CHANGES = 'write,writev,pwrite64,pwritev,fsync,fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat';
/** A disk on which an fsync takes 20 ms: whoever does not wait for it is seen to go on before it is over. */
const SLOW_FSYNC = ['-s', '64', '-e', `trace=${CHANGES}`, '-e', 'inject=fsync:delay_enter=20000'];

const PART = `${STAGING_NAME}/[^>"]+\\.part`;
const WRITTEN = new RegExp(`^p?write[v64]*\\(\\d+<[^>]*${PART}>`, 'u');
const FILE_SYNCED = new RegExp(`^f(?:data)?sync\\(\\d+<[^>]*${PART}>`, 'u');
const FOLDER_SYNCED = /^fsync\(\d+<[^>]*uploads>/u;
const linked = (name: string): RegExp => new RegExp(`^link(?:at)?\\(.*${PART}".*/${name}"`, 'u');
const answered = (status: number): RegExp => new RegExp(`HTTP/1\\.1 ${status} `, 'u');

/** The last call of each kind that began after `since`; each must have come back before the next one begins. */
function expectOrder(what: string, calls: readonly SystemCall[], steps: readonly RegExp[]): void {
  const found = steps.map((step) => calls.findLast(({ text }) => step.test(text)));
  expect(steps.filter((_step, index) => found[index] === undefined), `${what}: never done`).toEqual([]);
  const early = steps.filter((_step, index) => index > 0 && (found[index]?.beganAt ?? 0) < (found[index - 1]?.endedAt ?? 0));
  expect(early, `${what}: done before the one before it was over`).toEqual([]);
}

/** What a job makes the server do. */
async function callsOf(server: TracedServer, job: () => Promise<unknown>): Promise<readonly SystemCall[]> {
  const before = (await server.calls()).length;
  await job();
  return (await server.calls()).slice(before);
}

test('a trace is read with the calls of other threads in between', () => {
  expect(parseTrace('7 fsync(3 <unfinished ...>\n8  link("a", "b") = 0\n7 <... fsync resumed>) = 0\nnoise\n9 fsync(4 <unfinished ...>\n')).toEqual([
    { text: 'fsync(3 <unfinished ...> <... fsync resumed>) = 0', beganAt: 0, endedAt: 2 },
    { text: 'link("a", "b") = 0', beganAt: 1, endedAt: 1 },
    { text: 'fsync(4 <unfinished ...>', beganAt: 4, endedAt: Number.POSITIVE_INFINITY },
  ]);
});

describe.skipIf(isSkipped('strace'))('what the system is asked to do', () => {
  test('F14, F16: is write, fsync, name, fsync of the folder, and only then the answer, by every road', async () => {
    const server = await startTraced(SLOW_FSYNC, { args: ['--guests-choose-duplicates'] });
    const { guest } = server;
    const tus = createTusClient(guest);
    const [photo, other] = [sampleBytes(700_000), sampleBytes(300_000, 2)];
    const send = (content: Buffer, duplicates = 'keep-both') => async () => {
      expect((await guest.post(`/api/uploads?duplicates=${duplicates}`, buildForm([file('photo.jpg', content)]))).status).toBe(201);
    };

    expectOrder('a form', await callsOf(server, send(photo)), [WRITTEN, FILE_SYNCED, linked('photo\\.jpg'), FOLDER_SYNCED, answered(201)]);

    const skipped = await callsOf(server, send(photo, 'skip-same'));
    expectOrder('the same bytes, which nobody may have made durable yet', skipped, [FILE_SYNCED, /^fsync\(\d+<[^>]*photo\.jpg>/u, FOLDER_SYNCED, answered(201)]);

    const replacing = await callsOf(server, send(other, 'replace'));
    expectOrder('a file that replaces another', replacing, [WRITTEN, FILE_SYNCED, new RegExp(`^rename\\w*\\(.*${PART}".*photo\\.jpg"`, 'u'), FOLDER_SYNCED, answered(201)]);
    expect(replacing.filter(({ text }) => /^unlink\w*\(.*photo\.jpg"/u.test(text)), 'the old one is never taken away first').toEqual([]);

    const inFolder = await callsOf(server, () => guest.send(buildAnnouncedForm([announced('x.txt', 'x', { folder: 'Holiday' })])));
    expectOrder('a new folder', inFolder, [/^mkdir\w*\(.*Holiday"/u, FOLDER_SYNCED, linked('x\\.txt'), /^fsync\(\d+<[^>]*Holiday>/u, answered(201)]);

    const created = await callsOf(server, () => tus.create({ size: photo.length, id: 'one', metadata: { filename: 'film.mov' } }));
    expectOrder('the description of a resumable upload', created, [/^write\w*\(\d+<[^>]*\.json\.new>/u, /^fsync\(\d+<[^>]*\.json\.new>/u, /^rename\w*\(.*\.json\.new"/u, answered(201)]);
    await tus.patch('one', 0, photo.subarray(0, 100_000));
    const finished = await callsOf(server, () => tus.patch('one', 100_000, photo.subarray(100_000)));
    expectOrder('a resumable upload', finished, [WRITTEN, FILE_SYNCED, linked('film\\.mov'), FOLDER_SYNCED, answered(204)]);

    expect(await listTree(server.folder)).toEqual(new Map([['Holiday/x.txt', sha256('x')], ['film.mov', sha256(photo)], ['photo.jpg', sha256(other)]]));
  });

  test('F16: of what a killed process had written to the last byte, all is made durable before it gets its name', async () => {
    const folder = await makeUploadFolder();
    const before = await startTestServer({ folder });
    const content = sampleBytes(100_000);
    const id = await startUpload(before.guest, content, 50_000);
    await before.running.stop();
    await appendFile(stagedPath(folder, id, 'part'), content.subarray(50_000));
    const server = await startTraced(SLOW_FSYNC, { folder });
    expectOrder('asked for', await callsOf(server, () => createTusClient(server.guest).head(id)), [FILE_SYNCED, linked('file\\.bin'), FOLDER_SYNCED, answered(200)]);
    expect(await listTree(folder)).toEqual(new Map([['file.bin', sha256(content)]]));
  });

  test('is one fsync of the folder for files that come together, after all their links and before the answer', async () => {
    const server = await startTraced(['-s', '64', '-e', 'trace=write,writev,fsync,link,linkat,statx,newfstatat,lstat']);
    const names = Array.from({ length: 40 }, (_, index) => `${index}.txt`);
    expect((await server.guest.send(buildAnnouncedForm(names.map((name) => announced(name, name))))).status).toBe(201);
    const calls = await server.calls();
    const all = (pattern: RegExp): readonly SystemCall[] => calls.filter(({ text }) => pattern.test(text));
    const [filesSynced, links, foldersSynced] = [all(FILE_SYNCED), all(linked('\\d+\\.txt')), all(FOLDER_SYNCED)];
    expect([filesSynced.length, links.length]).toEqual([40, 40]);
    expect(foldersSynced.length).toBeLessThan(40);
    // Whether the folder is still the same one: at each group of names, and now and then while files come.
    expect(all(/folder-[0-9a-f]+\.id"/u).length).toBeLessThan(40);
    expectOrder('files that come together', calls, [linked('\\d+\\.txt'), FOLDER_SYNCED, answered(201)]);
  });

  test.each([
    ['fsync', 'EIO', 500, 'STORAGE_IO_ERROR'],
    ['fsync', 'ENOSPC', 507, 'INSUFFICIENT_STORAGE'],
    ['fsync', 'EDQUOT', 507, 'INSUFFICIENT_STORAGE'],
    ['link,linkat', 'EIO', 500, 'STORAGE_IO_ERROR'],
    ['link,linkat', 'EXDEV', 500, 'STORAGE_IO_ERROR'],
  ] as const)('F3, F4, F5, F6: when %s fails with %s, nothing is published', async (calls, error, status, code) => {
    const server = await startTraced(['-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`]);
    expectRefusal(await server.guest.post('/api/uploads', buildForm([file('photo.jpg', sampleBytes(100_000))])), status, code);
    expect(await listTree(server.folder)).toEqual(new Map());
    expect(await listStaging(server.folder)).toEqual([]);
  });

  test('F6: where hard links are not to be had, a file still never replaces another, also one that came unseen', async () => {
    const server = await startTraced(['-e', 'trace=link', '-e', 'inject=link:error=EPERM']);
    const [one, other] = [sampleBytes(50_000), sampleBytes(50_000, 2)];
    await server.guest.send(buildForm([file('photo.jpg', one)]));
    // In the same instant, as far as the folder tells: the server goes by what it knows of it.
    const clock = join(server.folder, '..', 'clock');
    await startProcess('touch', ['-r', server.folder, clock]).ended;
    await writeFile(join(server.folder, 'photo (1).jpg'), 'of somebody else');
    await startProcess('touch', ['-r', clock, server.folder]).ended;
    expect((await server.guest.send(buildForm([file('photo.jpg', other)]))).uploads).toMatchObject([{ state: 'stored', name: 'photo (2).jpg' }]);
    expect(await listTree(server.folder)).toEqual(new Map([['photo (1).jpg', sha256('of somebody else')], ['photo (2).jpg', sha256(other)], ['photo.jpg', sha256(one)]]));
    expect(await listStaging(server.folder)).toEqual([]);
  });

  test('F6: where hard links are not to be had and the rename fails, nothing stands under the name', async () => {
    const server = await startTraced(['-e', 'trace=link,rename', '-e', 'inject=link:error=EPERM', '-e', 'inject=rename:error=EIO']);
    expectRefusal(await server.guest.post('/api/uploads', buildForm([file('photo.jpg', sampleBytes(50_000))])), 500, 'STORAGE_IO_ERROR');
    expect(await listTree(server.folder)).toEqual(new Map());
    expect(await listStaging(server.folder)).toEqual([]);
  });
});
