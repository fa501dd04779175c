import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startCli, type CliServer } from '../../helpers/cli.ts';
import { listStaging, listTree, STAGING_NAME } from '../../helpers/disk.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { makeTempFolder } from '../../helpers/temp-folder.ts';
import { findTool, isSkipped } from '../../helpers/tools.ts';

/** A headless server whose system calls strace writes down, or makes fail. */
async function startTraced(options: readonly string[], args: readonly string[] = []): Promise<CliServer & { readonly trace: () => Promise<readonly string[]> }> {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  const path = join(temp.path, 'trace');
  // -D keeps the server our own child, so that the test can end it.
  const server = await startCli({ args, under: [findTool('strace'), '-D', '-f', '-y', '-qq', '-o', path, ...options] });
  return { ...server, trace: async () => (await readFile(path, 'utf8')).split('\n') };
}

describe.skipIf(isSkipped('strace'))('what the system is asked to do', () => {
  test('F16: is write, fsync, link, unlink, fsync of the folder, and only then the answer', async () => {
    const server = await startTraced(['-s', '64', '-e', 'trace=write,writev,pwrite64,pwritev,fsync,fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat']);
    const content = sampleBytes(700_000);
    expect((await server.guest.send(buildForm([file('photo.jpg', content)]))).status).toBe(201);
    const lines = await server.trace();
    const last = (pattern: RegExp): number => lines.findLastIndex((line) => pattern.test(line));
    const staged = `${STAGING_NAME}/[^>"]+\\.part`;
    const steps = {
      written: last(new RegExp(`write[v64]*\\(\\d+<[^>]*${staged}>`, 'u')),
      fileSynced: last(new RegExp(`fsync\\(\\d+<[^>]*${staged}>`, 'u')),
      published: last(new RegExp(`link(at)?\\(.*${staged}".*photo\\.jpg"`, 'u')),
      folderSynced: last(/fsync\(\d+<[^>]*uploads>/u),
      answered: last(/HTTP\/1\.1 201/u),
    };
    expect(Object.entries(steps).filter(([, at]) => at === -1)).toEqual([]);
    expect(Object.values(steps)).toEqual(Object.values(steps).toSorted((one, other) => one - other));
    expect(await listTree(server.folder)).toEqual(new Map([['photo.jpg', sha256(content)]]));
  });

  test('F14: when a file replaces another it is write, fsync, rename, fsync of the folder, and only then the answer', async () => {
    const server = await startTraced(['-s', '64', '-e', 'trace=write,writev,pwrite64,pwritev,fsync,rename,renameat,renameat2,unlink,unlinkat'], ['--duplicates', 'replace']);
    const content = sampleBytes(300_000);
    for (const each of ['old', content]) expect((await server.guest.send(buildForm([file('photo.jpg', each)]))).status).toBe(201);
    const lines = await server.trace();
    const last = (pattern: RegExp): number => lines.findLastIndex((line) => pattern.test(line));
    const staged = `${STAGING_NAME}/[^>"]+\\.part`;
    const steps = [
      new RegExp(`write[v64]*\\(\\d+<[^>]*${staged}>`, 'u'), new RegExp(`fsync\\(\\d+<[^>]*${staged}>`, 'u'), new RegExp(`rename\\w*\\(.*${staged}".*photo\\.jpg"`, 'u'),
      /fsync\(\d+<[^>]*uploads>/u, /HTTP\/1\.1 201/u,
    ].map(last);
    expect(steps).not.toContain(-1);
    expect(steps).toEqual(steps.toSorted((one, other) => one - other));
    // The old one is never taken away first.
    expect(lines.filter((line) => /unlink\w*\(.*photo\.jpg"/u.test(line))).toEqual([]);
    expect(await listTree(server.folder)).toEqual(new Map([['photo.jpg', sha256(content)]]));
  });

  test('is one fsync of the folder for files that come together, after all their links and before the answer', async () => {
    const server = await startTraced(['-s', '64', '-e', 'trace=write,writev,fsync,link,linkat,statx,newfstatat,lstat']);
    const names = Array.from({ length: 40 }, (_, index) => `${index}.txt`);
    expect((await server.guest.send(buildAnnouncedForm(names.map((name) => announced(name, name))))).status).toBe(201);
    const lines = await server.trace();
    const all = (pattern: RegExp): readonly number[] => lines.flatMap((line, index) => (pattern.test(line) ? [index] : []));
    const [filesSynced, links, foldersSynced, answered] = [all(/fsync\(\d+<[^>]*\.part>/u), all(/link(?:at)?\(.*\.part"/u), all(/fsync\(\d+<[^>]*uploads>/u), all(/HTTP\/1\.1 201/u)];
    expect([filesSynced.length, links.length]).toEqual([40, 40]);
    expect(foldersSynced.length).toBeLessThan(40);
    // Whether the folder is still the same one: at each group of names, and now and then while files come.
    expect(all(/folder-[0-9a-f]+\.id"/u).length).toBeLessThan(40);
    expect(Math.max(...links)).toBeLessThan(foldersSynced.at(-1) ?? -1);
    expect(foldersSynced.at(-1)).toBeLessThan(answered[0] ?? -1);
  });

  test.each([
    ['fsync', 'EIO', 500, 'STORAGE_IO_ERROR'],
    ['fsync', 'ENOSPC', 507, 'INSUFFICIENT_STORAGE'],
    ['fsync', 'EDQUOT', 507, 'INSUFFICIENT_STORAGE'],
    ['link,linkat', 'EIO', 500, 'STORAGE_IO_ERROR'],
    ['link,linkat', 'EXDEV', 500, 'STORAGE_IO_ERROR'],
  ])('F3, F4, F5, F6: when %s fails with %s, nothing is published', async (calls, error, status, code) => {
    const server = await startTraced(['-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`]);
    const answer = await server.guest.post('/api/uploads', buildForm([file('photo.jpg', sampleBytes(100_000))]));
    expect([answer.status, readFailureCode(answer)]).toEqual([status, code]);
    expect(await listTree(server.folder)).toEqual(new Map());
    expect(await listStaging(server.folder)).toEqual([]);
  });

  test('F6: where hard links are not to be had, a file still never replaces another', async () => {
    const server = await startTraced(['-e', 'trace=link,linkat', '-e', 'inject=link,linkat:error=EPERM']);
    const [one, other] = [sampleBytes(50_000), sampleBytes(50_000, 2)];
    for (const content of [one, other]) expect((await server.guest.send(buildForm([file('photo.jpg', content)]))).status).toBe(201);
    expect(await listTree(server.folder)).toEqual(new Map([['photo (1).jpg', sha256(other)], ['photo.jpg', sha256(one)]]));
    expect(await listStaging(server.folder)).toEqual([]);
  });
});
