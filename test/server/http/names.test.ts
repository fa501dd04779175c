import { join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createTerminalLog } from '../../../server/terminal-log.ts';
import { STAGING_NAME } from '../../helpers/disk.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file, manifest, rawPart } from '../../helpers/multipart.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

/** Stores one file under the name a form gives and tells what it is called on disk. */
async function storedAs(name: string): Promise<{ readonly name: string; readonly originalName: string | undefined }> {
  const server = await startTestServer();
  const disk = await watchDisk(server);
  const sent = await server.guest.send(buildForm([file(name, 'content')]));
  const [record] = sent.uploads;
  expect([sent.status, record?.state]).toEqual([201, 'stored']);
  expect(record?.path).toBe(record?.name);
  await disk.expectDone({ [record?.name ?? '']: 'content' });
  expect(JSON.stringify(server.log)).not.toMatch(/\\u001b\[|\\r|\\n/u);
  return { name: record?.name ?? '', originalName: record?.originalName };
}

describe('names in forms', () => {
  test.each([
    ['../../x', 'x'], ['..\\..\\x', 'x'], ['C:\\w\\x.txt', 'x.txt'], ['/etc/passwd', 'passwd'], ['\\\\srv\\share\\x', 'x'], ['....//x', 'x'],
  ])('B1: %j keeps its last part only', async (raw, expected) => {
    expect((await storedAs(raw)).name).toBe(expected);
  });

  test.each([
    ['CON', '_CON'], ['con.txt', '_con.txt'], ['NUL.tar.gz', '_NUL.tar.gz'], ['COM¹.txt', '_COM¹.txt'], ['LPT³', '_LPT³'], ['CONIN$', '_CONIN$'], ['AUX.', '_AUX'],
    ['.bashrc', '_.bashrc'], ['-rf', '_-rf'], ['desktop.ini', '_desktop.ini'], ['~$x', '_~$x'], ['x. .', 'x'], ['x.exe ', 'x.exe'],
    ['a:b', 'a_b'], ['file.txt::$DATA', 'file.txt__$DATA'], ['a<b>c|d?e*f', 'a_b_c_d_e_f'],
    ['photo\u202egpj.exe', 'photogpj.exe'], ['zero\u200bwidth\ufeff.txt', 'zerowidth.txt'], ['e\u0301.txt', 'é.txt'],
    ['<img src=x onerror=alert(1)>.txt', '_img src=x onerror=alert(1)_.txt'],
  ])('B4, B5, B6, B7, B8, B9, B14, B15: %j becomes %j, and the sender is told what it was', async (raw, expected) => {
    const stored = await storedAs(raw);
    // What cannot be seen is shown as a mark, so that the original reads as what it is.
    expect(stored).toEqual({ name: expected, originalName: raw.replace(/\p{Cf}/gu, '\ufffd') });
  });

  test.each(['photo.jpg', 'Grüße aus 日本 😀.txt', "it's (fine) & more, 100%.pdf", 'v1.2.tar.gz', 'no ending'])('%j stays as it is', async (name) => {
    expect(await storedAs(name)).toEqual({ name, originalName: undefined });
  });

  test('B2: filename* cannot lead out of the folder', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const answer = await server.guest.post('/api/uploads', buildForm([rawPart("Content-Disposition: form-data; name=\"f\"; filename*=UTF-8''..%2f..%2fevil%00.txt", 'x')]));
    if (answer.status === 201) await disk.expectDone({ 'evil.txt': 'x' });
    else {
      expect([answer.status, readFailureCode(answer)]).toEqual([422, 'FILENAME_INVALID']);
      await disk.expectClean();
    }
  });

  test('B3: line ends in a name reach no header, no name and no log line', async () => {
    for (const part of [file('x%0d%0aSet-Cookie: a', 'x'), rawPart("Content-Disposition: form-data; name=\"f\"; filename*=UTF-8''x%0d%0aSet-Cookie%3a%20a", 'x')]) {
      const server = await startTestServer();
      const answer = await server.guest.post('/api/uploads', buildForm([part]));
      expect(answer.status).toBe(201);
      expect(answer.headers['set-cookie']).toBeUndefined();
      const names = (await readdir(server.folder)).filter((name) => name !== STAGING_NAME);
      expect(names).toHaveLength(1);
      // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
      expect(names[0]).not.toMatch(/[\u0000-\u001f]/u);
    }
  });

  test('B18: escape sequences reach neither the folder nor the terminal', async () => {
    const server = await startTestServer();
    const lines: string[] = [];
    const print = createTerminalLog((line) => lines.push(line));
    await server.guest.post('/api/uploads', buildForm([manifest([{ id: 'escape', name: '\u001b[2J\u001b]0;pwn\u0007.txt', size: 1 }]), file('plain', 'x')]));
    for (const { level, event, fields } of server.log) print(level, event, fields);
    print('info', 'upload:stored', { name: '\u001b[2J\u202e\u0007.txt\n' });
    expect(lines.length).toBeGreaterThan(0);
    // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/u);
    expect(await readdir(server.folder)).toContain('[2J]0;pwn.txt');
  });

  test.each([
    ['B10: é composed, then é decomposed', 'é', 'e\u0301', 'é (1)'],
    ['B11: A.txt, then a.txt', 'A.txt', 'a.txt', 'a (1).txt'],
    ['the same twice', 'a.tar.gz', 'a.tar.gz', 'a (1).tar.gz'],
    ['B21: names that differ only in what is replaced', 'a?', 'a*', 'a_ (1)'],
  ])('%s are two files', async (_what, first, second, expected) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const [one, other] = [await server.guest.send(buildForm([file(first, 'one')])), await server.guest.send(buildForm([file(second, 'other')]))];
    expect(other.uploads[0]?.name).toBe(expected);
    await disk.expectDone({ [one.uploads[0]?.name ?? '']: 'one', [expected]: 'other' });
  });

  test('B13: names that cannot be decoded never overwrite each other', async () => {
    const server = await startTestServer();
    const bad = (byte: number): Buffer => Buffer.concat([Buffer.from('Content-Disposition: form-data; name="f"; filename="x'), Buffer.from([byte]), Buffer.from('.txt"')]);
    const plain = await server.guest.send(buildForm([rawPart(bad(0xff), 'one'), rawPart(bad(0xfe), 'two')]));
    const told = ['y\ud800.txt', 'y\udc00.txt'].map((name, index) => ({ id: `lone-${index}`, name, size: 1 }));
    const listed = await server.guest.send(buildForm([manifest(told), file('3', '3'), file('4', '4')]));
    expect([plain.status, listed.status]).toEqual([201, 201]);
    expect(new Set([...plain.uploads, ...listed.uploads].map(({ name }) => name)).size).toBe(4);
    expect((await readdir(server.folder)).filter((name) => name !== STAGING_NAME)).toHaveLength(4);
  });

  test.each([['300 letters', `${'a'.repeat(300)}.txt`], ['200 letters of two bytes', `${'é'.repeat(200)}.txt`], ['100 emoji', `${'😀'.repeat(100)}.txt`]])('B12: %s are cut, the ending stays', async (_what, raw) => {
    const server = await startTestServer();
    const names = [];
    for (const content of ['one', 'two']) names.push((await server.guest.send(buildAnnouncedForm([announced(raw, content)]))).uploads[0]?.name ?? '');
    for (const name of names) {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(name).toMatch(/\.txt$/u);
    }
    expect(names[1]).toMatch(/ \(1\)\.txt$/u);
  });

  test('B19: folders of a manifest are cleaned one by one, and never climb', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const sent = await server.guest.send(buildAnnouncedForm([announced('c.txt', 'x', { folder: 'a/../../b/CON/.git' }), announced('..\\d.txt', 'y', { folder: '/abs\\..\\e' })]));
    expect(sent.status).toBe(201);
    expect(sent.uploads.map(({ path }) => path)).toEqual(['a/b/_CON/_.git/c.txt', 'abs/e/d.txt']);
    await disk.expectDone({ 'a/b/_CON/_.git/c.txt': 'x', 'abs/e/d.txt': 'y' });
  });

  test('B19: a path of 33 folders is too deep, one of 32 is not', async () => {
    const server = await startTestServer();
    const deep = (levels: number): string => Array.from({ length: levels }, () => 'd').join('/');
    const refused = await server.guest.post('/api/uploads', buildAnnouncedForm([announced('x', 'x', { folder: deep(33) })]));
    expect([refused.status, readFailureCode(refused)]).toEqual([422, 'PATH_TOO_DEEP']);
    const taken = await server.guest.send(buildAnnouncedForm([announced('x', 'x', { folder: deep(32) })]));
    expect(taken.status).toBe(201);
    expect(server.running.locate(taken.uploads[0]?.id ?? '')).toBe(join(server.folder, deep(32), 'x'));
  });

  test('the staging folder cannot be written into by name', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const sent = await server.guest.send(buildAnnouncedForm([announced('x.part', 'x', { folder: STAGING_NAME })]));
    expect(sent.uploads[0]?.path).toBe(`_${STAGING_NAME}/x.part`);
    await disk.expectDone({ [`_${STAGING_NAME}/x.part`]: 'x' });
  });
});
