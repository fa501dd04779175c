import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STAGING_NAME } from '../../helpers/disk.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { launchServer, type TestServer } from '../../helpers/launch-server.ts';
import { ROADS } from '../../helpers/roads.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

/** What is sent → what lies in the folder. Each ends up under another name, so that they can share a server. */
const NAMES = [
  ['B1: a path that climbs', '../../climbs', 'climbs'],
  ['B1: a path that climbs, with backslashes', '..\\..\\climbs too', 'climbs too'],
  ['B1: a path with a drive', 'C:\\w\\drive.txt', 'drive.txt'],
  ['B1: a path from the root', '/etc/passwd', 'passwd'],
  ['B1: a path on a share', '\\\\srv\\share\\shared', 'shared'],
  ['B1: a path of many dots', '....//dots', 'dots'],
  ['B2: a path with a NUL', '../../evil\0.txt', 'evil.txt'],
  ['B3: line ends and a header', 'x\r\nSet-Cookie: a', 'xSet-Cookie_ a'],
  ...['CON', 'con.txt', 'NUL.tar.gz', 'COM¹.txt', 'LPT³', 'CONIN$', 'PRN.x', 'lpt9'].map((name) => ['B4: the device ' + name, name, `_${name}`] as const),
  ['B4: the device COM1 with a space', 'COM1 ', '_COM1'],
  ['B4: the device AUX with a dot', 'AUX.', '_AUX'],
  ['B5: dots and spaces at the end', 'ends. .', 'ends'],
  ['B5: a space after the ending', 'x.exe ', 'x.exe'],
  ['B6: a colon', 'a:b', 'a_b'],
  ['B6: an NTFS stream', 'file.txt::$DATA', 'file.txt__$DATA'],
  ['B7: what some system forbids', 'f<o>r|b?i*d', 'f_o_r_b_i_d'],
  ['B7: a quote', 'quo"te', 'quo_te'],
  ['B7: DEL', 'de\u007fl', 'del'],
  ['B8: an override', 'photo\u202egpj.exe', 'photogpj.exe'],
  ['B8: isolates and marks', 'i\u2066s\u2067o\u2068l\u2069a\u200et\u200fe.txt', 'isolate.txt'],
  ['B9: what nobody sees', '\ufeffzero\u200bwi\u200cd\u200dth\u2060.txt', 'zerowidth.txt'],
  ['B9: marks for what could not be read', 'a\ufffd\ufffd\ufffdb.txt', 'ab.txt'],
  ...['.bashrc', '-rf', 'desktop.ini', 'autorun.inf', 'Thumbs.db', '~$x'].map((name) => ['B14: special ' + name, name, `_${name}`] as const),
  ['B15: markup', '<img src=x onerror=alert(1)>.txt', '_img src=x onerror=alert(1)_.txt'],
  ['B15: a template', "{{constructor.constructor('alert(1)')()}}", "{{constructor.constructor('alert(1)')()}}"],
] as const;

/** Two names that are one to some system, or once they are cleaned. */
const PAIRS = [
  ['B10: composed and decomposed', 'é', 'e\u0301', ['é', 'é (1)']],
  ['B11: of another case', 'A.txt', 'a.txt', ['A.txt', 'a (1).txt']],
  ['B21: the same once cleaned', 'b?', 'b*', ['b_', 'b_ (1)']],
  ['B13: lone surrogates', 'y\ud800.txt', 'y\udc00.txt', ['y_.txt', 'y_ (1).txt']],
] as const;

const LONG = [
  ['B12: of 300 letters', `${'a'.repeat(300)}.txt`],
  ['B12: of 200 letters of two bytes', `${'é'.repeat(200)}.txt`],
  ['B12: of 100 emoji', `${'😀'.repeat(100)}.txt`],
] as const;

for (const road of ROADS) {
  describe(`a name in ${road.name}`, () => {
    let server: TestServer;

    beforeAll(async () => {
      server = await launchServer();
    });

    afterAll(() => server.stop());

    // The long way round for each: its status, what its sender is told, the header lines, the log and the disk.
    test.each(NAMES.filter(([, raw]) => road.takes(raw)))('%s', async (what, raw, stored) => {
      const disk = await watchDisk(server);
      const { answer, record } = await road.send(server, raw, what);
      expect([answer.status, record?.state, record?.name, record?.path]).toEqual([201, 'stored', stored, stored]);
      // What cannot be seen is shown as a mark, so that the original reads as what it is.
      expect(record?.originalName).toBe(raw.normalize('NFC') === stored ? undefined : raw.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd'));
      expect(answer.headers['set-cookie']).toBeUndefined();
      await disk.expectDone({ [stored]: what });
      expect(JSON.stringify(server.log)).not.toMatch(/\\u00|\\r|\\n|\u202e/u);
    });

    test.each(PAIRS.filter(([, one, other]) => road.takes(one) && road.takes(other)))('%s is no reason to replace a file', async (_what, one, other, [first, second]) => {
      const disk = await watchDisk(server);
      for (const raw of [one, other]) expect((await road.send(server, raw, raw)).answer.status).toBe(201);
      await disk.expectDone({ [first]: one, [second]: other });
    });

    test.each(LONG)('%s is cut, the ending stays, and it still has room for a number', async (_what, raw) => {
      const disk = await watchDisk(server);
      const names = [];
      for (const content of ['one', 'two']) names.push((await road.send(server, raw, content)).record?.name ?? '');
      for (const name of names) expect([Buffer.byteLength(name) <= 255, name.endsWith('.txt'), /\p{Surrogate}/u.test(name)]).toEqual([true, true, false]);
      expect(names[1]).toBe(names[0]?.replace('.txt', ' (1).txt'));
      await disk.expectDone({ [names[0] ?? '']: 'one', [names[1] ?? '']: 'two' });
    });

    test('B2: of which nothing is left is refused', async () => {
      const disk = await watchDisk(server);
      for (const raw of ['..', '.', '../..', '\u200b', '\0'].filter(road.takes)) expectRefusal((await road.send(server, raw, 'x')).answer, 422, 'FILENAME_INVALID');
      await disk.expectClean();
    });

    test('B1: cannot reach into staging', async () => {
      const disk = await watchDisk(server);
      const { record } = await road.send(server, STAGING_NAME, 'x');
      await disk.expectDone({ [`_${STAGING_NAME}`]: 'x' });
      expect(record?.path).toBe(`_${STAGING_NAME}`);
    });
  });
}

test('B17: a hundred times at once, by all roads, becomes a hundred files', async () => {
  const server = await startTestServer();
  const disk = await watchDisk(server);
  const sent = await Promise.all(Array.from({ length: 25 }, (_, round) => ROADS.map((road, index) => road.send(server, 'scan.pdf', `content ${4 * round + index}`))).flat());
  expect(sent.map(({ answer }) => answer.status)).toEqual(sent.map(() => 201));
  const names = sent.map(({ record }) => record?.name ?? '');
  expect(new Set(names).size).toBe(100);
  await disk.expectDone(Object.fromEntries(names.map((name, index) => [name, `content ${index}`])));
});
