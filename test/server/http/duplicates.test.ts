import { execFile } from 'node:child_process';
import { link, mkdir, open, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { DUPLICATE_POLICIES } from '../../../server/contracts/duplicates.ts';
import { listTree } from '../../helpers/disk.ts';
import { readFailureCode, readJson } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, field, file } from '../../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const SKIP = { policy: 'skip-same', guestsChoose: false } as const;
const REPLACE = { policy: 'replace', guestsChoose: false } as const;
const ANY = { policy: 'keep-both', guestsChoose: true } as const;

/** Each form is a batch of its own. */
const plain = (name: string, content: Buffer | string) => buildForm([file(name, content)]);

describe('skip when the content is the same', () => {
  test('nothing is stored, and the record points to what was there', async () => {
    const server = await startTestServer({ duplicates: SKIP });
    const content = sampleBytes(3 << 20);
    await writeFile(join(server.folder, 'photo.jpg'), content);
    const disk = await watchDisk(server);
    const sent = await server.guest.send(plain('photo.jpg', content));
    expect(sent).toMatchObject({ status: 201, uploads: [{ state: 'stored', path: 'photo.jpg', wasThere: true, received: content.length }] });
    expect(server.running.locate(sent.uploads[0]?.id ?? '')).toBe(join(server.folder, 'photo.jpg'));
    await disk.expectClean();
  });

  test('one byte more, less or other is another file', async () => {
    const server = await startTestServer({ duplicates: SKIP });
    const content = sampleBytes(2_500_000);
    await writeFile(join(server.folder, 'a.bin'), content);
    const disk = await watchDisk(server);
    const last = Buffer.concat([content.subarray(0, -1), Buffer.from([(content.at(-1) ?? 0) ^ 1])]);
    const others = { 'a (1).bin': last, 'a (2).bin': content.subarray(1), 'a (3).bin': Buffer.concat([content, Buffer.from('.')]) };
    for (const [name, bytes] of Object.entries(others)) expect((await server.guest.send(plain('a.bin', bytes))).uploads).toMatchObject([{ name }]);
    await disk.expectDone(others);
    // What got a number is found again under it.
    expect((await server.guest.send(plain('a.bin', last))).uploads).toMatchObject([{ name: 'a (1).bin', wasThere: true }]);
    await disk.expectDone(others);
  });

  test('50 with the same bytes at once are one file; with others between, one of each', async () => {
    const server = await startTestServer({ duplicates: SKIP });
    const disk = await watchDisk(server);
    const contents = ['one', 'two', 'six'];
    const sent = await Promise.all(Array.from({ length: 51 }, (_, index) => server.guest.send(plain('same.txt', contents[index % 3] ?? ''))));
    expect(sent.map(({ status }) => status)).toEqual(sent.map(() => 201));
    const records = sent.flatMap(({ uploads }) => uploads);
    expect(records.filter(({ wasThere }) => wasThere === true)).toHaveLength(48);
    const tree = await listTree(server.folder);
    expect([...tree.keys()]).toEqual(['same (1).txt', 'same (2).txt', 'same.txt']);
    expect(new Set(tree.values())).toEqual(new Set(contents.map(sha256)));
    for (const [index, { path }] of records.entries()) expect(tree.get(path)).toBe(sha256(contents[index % 3] ?? ''));
    await disk.expectDone(Object.fromEntries(records.map(({ path }, index) => [path, contents[index % 3] ?? ''])));
  });

  test.each([['a.TXT', 'A.txt'], ['é.txt', 'e\u0301.txt']])('%j is found where the folder has it as %j', async (name, onDisk) => {
    const server = await startTestServer({ duplicates: SKIP });
    await writeFile(join(server.folder, onDisk), 'content');
    const disk = await watchDisk(server);
    expect((await server.guest.send(plain(name, 'content'))).uploads).toMatchObject([{ name: onDisk, wasThere: true }]);
    await disk.expectClean();
  });

  test('a link to the same bytes is no file that was there', async () => {
    const server = await startTestServer({ duplicates: SKIP });
    await symlink(join(server.canary, 'untouched.txt'), join(server.folder, 'a.txt'));
    const disk = await watchDisk(server);
    const content = await readFile(join(server.canary, 'untouched.txt'));
    expect((await server.guest.send(plain('a.txt', content))).uploads).toMatchObject([{ name: 'a (1).txt' }]);
    await disk.expectDone({ 'a (1).txt': content });
  });

  test('in a batch, each file has its own outcome', async () => {
    const server = await startTestServer({ duplicates: SKIP });
    await mkdir(join(server.folder, 'Holiday'));
    await writeFile(join(server.folder, 'Holiday', '1.jpg'), 'one');
    const disk = await watchDisk(server);
    const files = [announced('1.jpg', 'one', { folder: 'Holiday' }), announced('2.jpg', 'two', { folder: 'Holiday' }), announced('1.jpg', 'one')];
    const sent = await server.guest.send(buildAnnouncedForm(files));
    expect(sent.uploads.map(({ path, wasThere }) => [path, wasThere === true])).toEqual([['Holiday/1.jpg', true], ['Holiday/2.jpg', false], ['1.jpg', false]]);
    await disk.expectDone({ 'Holiday/2.jpg': 'two', '1.jpg': 'one' });
  });
});

describe('replace', () => {
  test('F14: the new file stands under the name of the old one, and both records say so', async () => {
    const server = await startTestServer({ duplicates: REPLACE });
    const disk = await watchDisk(server);
    const first = await server.guest.send(plain('a.txt', 'old'));
    const second = await server.guest.send(plain('a.txt', 'new'));
    expect(second).toMatchObject({ status: 201, uploads: [{ path: 'a.txt', replaced: true }] });
    await disk.expectDone({ 'a.txt': 'new' });
    const [old, now] = [first.uploads[0]?.id ?? '', second.uploads[0]?.id ?? ''];
    expect(await server.guest.record(old)).toMatchObject({ state: 'stored', replacedBy: now });
    expect([server.running.locate(old), server.running.locate(now)]).toEqual([null, join(server.folder, 'a.txt')]);
  });

  test('F14: 100 at once leave one file, whole, of one of them', async () => {
    const server = await startTestServer({ duplicates: REPLACE });
    await writeFile(join(server.folder, 'a.bin'), 'there before');
    const disk = await watchDisk(server);
    const contents = Array.from({ length: 100 }, (_, index) => sampleBytes(10_000 + index, index + 1));
    const sent = await Promise.all(contents.map((content) => server.guest.send(plain('a.bin', content))));
    expect(sent.every(({ status, uploads }) => status === 201 && uploads[0]?.path === 'a.bin' && uploads[0].replaced === true)).toBe(true);
    const hash = (await listTree(server.folder)).get('a.bin');
    const winner = contents.find((content) => sha256(content) === hash);
    expect(winner).toBeDefined();
    await disk.expectDone({ 'a.bin': winner ?? '' });
  });

  test('F14: whoever reads meanwhile sees one of the files, never a mixture', async () => {
    const server = await startTestServer({ duplicates: REPLACE });
    const contents = Array.from({ length: 20 }, (_, index) => sampleBytes(200_000, index + 1));
    const path = join(server.folder, 'a.bin');
    await writeFile(path, contents[0] ?? '');
    const before = await open(path);
    let isSending = true;
    const sending = Promise.all(contents.map((content) => server.guest.send(plain('a.bin', content)))).finally(() => (isSending = false));
    const seen = new Set<string>();
    while (isSending) seen.add(sha256(await readFile(path)));
    await sending;
    const known = new Set(contents.map(sha256));
    expect([...seen].filter((hash) => !known.has(hash))).toEqual([]);
    // Whoever had it open goes on with what was there.
    expect(sha256(await before.readFile())).toBe(sha256(contents[0] ?? ''));
    await before.close();
  });

  test.each([
    ['F10: a link that leads out', (path: string, canary: string) => symlink(join(canary, 'untouched.txt'), path)],
    ['F10: a link to nowhere', (path: string) => symlink('/nowhere/at/all', path)],
    ['F12: a folder', (path: string) => mkdir(path)],
    ['F12: a pipe', async (path: string) => void (await promisify(execFile)('mkfifo', [path]))],
  ])('%s stays, and both are kept', async (_what, plant) => {
    const server = await startTestServer({ duplicates: REPLACE });
    await plant(join(server.folder, 'a.txt'), server.canary);
    const disk = await watchDisk(server);
    expect((await server.guest.send(plain('a.txt', 'x'))).uploads).toMatchObject([{ name: 'a (1).txt' }]);
    await disk.expectDone({ 'a (1).txt': 'x' });
  });

  test('F12: of a file with two names, the other one keeps its bytes', async () => {
    const server = await startTestServer({ duplicates: REPLACE });
    await link(join(server.canary, 'untouched.txt'), join(server.folder, 'a.txt'));
    const disk = await watchDisk(server);
    expect((await server.guest.send(plain('a.txt', 'x'))).uploads).toMatchObject([{ name: 'a.txt', replaced: true }]);
    await disk.expectDone({ 'a.txt': 'x' });
  });

  test.each([['a.TXT', 'A.txt'], ['é.txt', 'e\u0301.txt']])('%j takes the place of %j, whose name stays', async (name, onDisk) => {
    const server = await startTestServer({ duplicates: REPLACE });
    await writeFile(join(server.folder, onDisk), 'old');
    const disk = await watchDisk(server);
    expect((await server.guest.send(plain(name, 'new'))).uploads).toMatchObject([{ name: onDisk, replaced: true, originalName: name }]);
    await disk.expectDone({ [onDisk]: 'new' });
  });

  test('of two that differ in case alone, none is guessed', async () => {
    const server = await startTestServer({ duplicates: REPLACE });
    for (const name of ['A.txt', 'a.TXT']) await writeFile(join(server.folder, name), name);
    const disk = await watchDisk(server);
    expect((await server.guest.send(plain('a.txt', 'new'))).uploads).toMatchObject([{ name: 'a (1).txt' }]);
    await disk.expectDone({ 'a (1).txt': 'new' });
  });

  test('files of one batch never replace each other, be it in one form or in several', async () => {
    const server = await startTestServer({ duplicates: REPLACE });
    await writeFile(join(server.folder, 'image.jpg'), 'old');
    const disk = await watchDisk(server);
    const first = await server.guest.send(buildAnnouncedForm([announced('image.jpg', 'one'), announced('image.jpg', 'two')]), { 'x-progress-id': 'phone' });
    const second = await server.guest.send(buildForm([file('image.jpg', 'three')]), { 'x-progress-id': 'phone' });
    expect([...first.uploads, ...second.uploads].map(({ replaced }) => replaced === true).filter(Boolean)).toHaveLength(1);
    await disk.expectDone(Object.fromEntries([...first.uploads, ...second.uploads].map(({ path }, index) => [path, ['one', 'two', 'three'][index] ?? ''])));
  });

  test('F13: what breaks off leaves the old file as it was', async () => {
    const server = await startTestServer({ duplicates: REPLACE });
    await writeFile(join(server.folder, 'a.txt'), 'old');
    await utimes(join(server.folder, 'a.txt'), 1, 1);
    const disk = await watchDisk(server);
    const { contentType, body } = plain('a.txt', 'new');
    const answer = await server.guest.post('/api/uploads', { contentType, body: body.subarray(0, body.length - 12), spans: [] });
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'MULTIPART_TRUNCATED']);
    await disk.expectClean();
  });
});

describe('who may choose', () => {
  const batch = (duplicates: unknown) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify({ duplicates, files: [{ id: 'one', name: 'a.txt', size: 3 }] }) });

  test('guests see and may name what the owner lets them, the owner everything', async () => {
    const server = await startTestServer({ duplicates: SKIP });
    const told = async (client: typeof server.guest): Promise<unknown> => readJson(await client.request('GET', '/api/server'))['duplicates'];
    expect(await told(server.guest)).toEqual({ usual: 'skip-same', allowed: ['skip-same'] });
    expect(await told(server.owner)).toEqual({ usual: 'skip-same', allowed: DUPLICATE_POLICIES });
    server.running.useDuplicates(ANY);
    expect(await told(server.guest)).toEqual({ usual: 'keep-both', allowed: DUPLICATE_POLICIES });
  });

  test.each([['keep-both', 403, 'DUPLICATES_NOT_ALLOWED'], ['everything', 400, 'DUPLICATES_INVALID'], [7, 400, 'DUPLICATES_INVALID'], [null, 400, 'DUPLICATES_INVALID']])(
    '%j is refused with %i %s on every road', async (duplicates, status, code) => {
      const server = await startTestServer({ duplicates: REPLACE });
      await writeFile(join(server.folder, 'a.txt'), 'old');
      const disk = await watchDisk(server);
      const manifest = field('manifest', JSON.stringify({ duplicates, files: [{ id: 'one', name: 'a.txt', size: 3 }] }));
      const answers = [
        await server.guest.request('POST', '/api/batches', batch(duplicates)),
        await server.guest.post('/api/uploads', buildForm([manifest, file('a.txt', 'new')])),
        await server.guest.post('/api/uploads', buildForm([field('duplicates', String(duplicates)), file('a.txt', 'new')])),
      ];
      expect(answers.map((answer) => [answer.status, readFailureCode(answer)])).toEqual(answers.map(() => [status, code]));
      await disk.expectClean();
    });

  test('what an announcement says holds for its forms, also when the owner changes his mind meanwhile', async () => {
    const server = await startTestServer({ duplicates: ANY });
    await writeFile(join(server.folder, 'a.txt'), 'old');
    const disk = await watchDisk(server);
    expect((await server.guest.request('POST', '/api/batches', batch('replace'))).status).toBe(201);
    server.running.useDuplicates(SKIP);
    const sent = await server.guest.send(buildAnnouncedForm([{ id: 'one', name: 'a.txt', size: 3, content: 'new' }]));
    expect(sent.uploads).toMatchObject([{ path: 'a.txt', replaced: true }]);
    await disk.expectDone({ 'a.txt': 'new' });
  });

  test.each([['manifest', true], ['field', false]])('a form may say it in its %s', async (_what, inManifest) => {
    const server = await startTestServer({ duplicates: ANY });
    await writeFile(join(server.folder, 'a.txt'), 'same');
    const disk = await watchDisk(server);
    const said = inManifest ? field('manifest', JSON.stringify({ duplicates: 'skip-same', files: [{ id: 'one', name: 'a.txt', size: 4 }] })) : field('duplicates', 'skip-same');
    expect(await server.guest.send(buildForm([said, file('a.txt', 'same')]))).toMatchObject({ status: 201, uploads: [{ wasThere: true }] });
    await disk.expectClean();
  });
});
