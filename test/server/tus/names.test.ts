import { describe, expect, test } from 'vitest';
import { listTree } from '../../helpers/disk.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, encodeMetadata } from '../../helpers/tus.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const NAMES: readonly (readonly [raw: string, stored: string])[] = [
  ['../../x', 'x'], ['..\\..\\y', 'y'], ['C:\\w\\z.txt', 'z.txt'], ['/etc/passwd', 'passwd'], ['\\\\srv\\share\\s', 's'], ['....//dots', 'dots'],
  ['a\r\nSet-Cookie: a', 'aSet-Cookie_ a'], ['CON', '_CON'], ['con.txt', '_con.txt'], ['NUL.tar.gz', '_NUL.tar.gz'], ['COM¹.txt', '_COM¹.txt'], ['CONIN$', '_CONIN$'],
  ['file.txt::$DATA', 'file.txt__$DATA'], ['photo\u202egpj.exe', 'photogpj.exe'], ['e\u0301.txt', 'é.txt'], ['.bashrc', '_.bashrc'], ['-rf', '_-rf'],
  ['<img src=x onerror=alert(1)>.txt', '_img src=x onerror=alert(1)_.txt'], ['Grüße aus 日本 😀.txt', 'Grüße aus 日本 😀.txt'],
];

describe('names in Upload-Metadata', () => {
  test('B1, B2, B3, B4, B5, B6, B7, B8, B14, B15: are cleaned like those in forms', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    for (const [index, [filename]] of NAMES.entries()) {
      const answer = await tus.create({ size: 1, id: `name-${index}`, metadata: { filename }, body: Buffer.from('x') });
      expect([answer.status, answer.headers['set-cookie']]).toEqual([201, undefined]);
    }
    const records = await server.guest.records();
    expect(NAMES.map((_, index) => records.find(({ id }) => id === `name-${index}`)?.name)).toEqual(NAMES.map(([, stored]) => stored));
    await disk.expectDone(Object.fromEntries(NAMES.map(([, stored]) => [stored, 'x'])));
    expect(JSON.stringify(server.log)).not.toMatch(/\\r|\\n|\\u001b/u);
  });

  test.each(['..', '.', '', '/', '\u0000'])('%j is none', async (filename) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const answer = await createTusClient(server.guest).create({ size: 1, metadata: { filename }, body: Buffer.from('x') });
    expect([answer.status, readFailureCode(answer)]).toEqual([422, 'FILENAME_INVALID']);
    await disk.expectClean();
  });

  test('B10, B11, B13: that are one name to some system are two files', async () => {
    const server = await startTestServer();
    const tus = createTusClient(server.guest);
    const metadata = [...['é', 'e\u0301', 'A.txt', 'a.txt'].map((filename) => encodeMetadata({ filename })), 'filename eP8udHh0', 'filename eP4udHh0'];
    for (const each of metadata) expect((await tus.create({ size: 1, headers: { 'upload-metadata': each }, body: Buffer.from('x') })).status).toBe(201);
    const names = [...(await listTree(server.folder)).keys()];
    expect(names).toHaveLength(6);
    expect(names).toEqual(expect.arrayContaining(['é', 'é (1)', 'A.txt', 'a (1).txt']));
  });

  test('B12: that are too long are cut, the ending stays', async () => {
    const server = await startTestServer();
    const tus = createTusClient(server.guest);
    for (const filename of [`${'a'.repeat(300)}.txt`, `${'é'.repeat(200)}.txt`]) expect((await tus.create({ size: 1, metadata: { filename }, body: Buffer.from('x') })).status).toBe(201);
    for (const name of (await listTree(server.folder)).keys()) {
      expect(name).toMatch(/\.txt$/u);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    }
  });

  test('B17: that are the same at the same time are different files', async () => {
    const server = await startTestServer();
    const tus = createTusClient(server.guest);
    const contents = Array.from({ length: 30 }, (_, index) => Buffer.from(`content ${index}`));
    const answers = await Promise.all(contents.map((body) => tus.create({ size: body.length, metadata: { filename: 'scan.pdf' }, body })));
    expect(answers.map(({ status }) => status)).toEqual(contents.map(() => 201));
    expect([...(await listTree(server.folder)).values()].toSorted()).toEqual(contents.map(sha256).toSorted());
  });

  test.each([['folder', 'a/../../b/CON/.git', 'a/b/_CON/_.git/c.txt'], ['relativePath', 'a/../../b/c.txt', 'a/b/c.txt']])('B19: %s never climbs', async (key, value, path) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    await createTusClient(server.guest).create({ size: 1, metadata: { filename: 'c.txt', [key]: value }, body: Buffer.from('x') });
    await disk.expectDone({ [path]: 'x' });
  });

  test('B19: a path of 33 folders is too deep', async () => {
    const server = await startTestServer();
    const answer = await createTusClient(server.guest).create({ size: 1, metadata: { folder: Array.from({ length: 33 }, () => 'd').join('/') } });
    expect([answer.status, readFailureCode(answer)]).toEqual([422, 'PATH_TOO_DEEP']);
  });
});
