import { resolve, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldedName, lastComponent, numberedName, safeFolder, safeName, splitExtension } from '../../../server/uploads/naming/safe-name.ts';

/** Pieces that are harmless alone and dangerous together; plain random text would hardly ever meet them. */
const DANGEROUS = [
  '..', '.', ' ', '/', '\\', ':', '*', '?', '"', '<', '>', '|', '~$', '-', '_', 'con', 'CON', 'nul', 'aux', 'com1', 'COM¹', 'LPT³', 'conin$', 'CLOCK$',
  'desktop.ini', 'Thumbs.db', '.tar.gz', '.txt', '.jpeg', 'é', 'e\u0301', 'ﬁ', 'Å', '\u212b', '\u037e', '\u202e', '\u2066', '\u200b', '\ufeff', '\ufffd', '\u0000', '\r\n', '\u001b[2J',
  '\u007f', '\u0085', '\u2028', '\ud800', '\udc00', '😀', '👩‍👩‍👧', '日本', ' '.repeat(250), 'a'.repeat(240), 'é'.repeat(130), '.'.repeat(250), '\u0338', '\u3000', '\u00a0',
];

const anyName = fc.oneof(
  fc.array(fc.oneof(fc.constantFrom(...DANGEROUS), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }).map((units) => String.fromCharCode(...units)),
);

const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)/iu;
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const NEVER = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffd<>:"/\\|?*]/u;

describe('safeName', () => {
  test('B20: holds its promises for 10,000 names made to break them', () => {
    fc.assert(
      fc.property(anyName, (raw) => {
        const name = safeName(raw);
        if (name === null) return;
        expect(safeName(name), 'idempotent').toBe(name);
        expect(Buffer.byteLength(name), 'bytes').toBeLessThanOrEqual(255);
        expect(name).not.toMatch(NEVER);
        expect(name, 'reserved').not.toMatch(RESERVED);
        expect(name, 'NFC').toBe(name.normalize('NFC'));
        expect(name, 'surrogates').not.toMatch(/\p{Surrogate}/u);
        expect(name).not.toMatch(/^[.\-\s]|[.\s]$/u);
        const folder = resolve('/srv/uploads');
        expect(resolve(folder, name)).toBe(folder + sep + name);
      }),
      { numRuns: 10_000 },
    );
  });

  test('B20: a number added after a clash keeps the ending, the limits and the safety', () => {
    fc.assert(
      fc.property(anyName, fc.integer({ min: 1, max: 9999 }), (raw, attempt) => {
        const name = safeName(raw);
        if (name === null) return;
        const numbered = numberedName(name, attempt);
        const { extension } = splitExtension(name);
        expect(numbered).not.toBe(name);
        expect(numbered.endsWith(extension)).toBe(true);
        expect(Buffer.byteLength(numbered)).toBeLessThanOrEqual(255);
        expect(numbered).not.toMatch(NEVER);
        expect(numbered).not.toMatch(RESERVED);
      }),
      { numRuns: 10_000 },
    );
  });

  test('B12, B20: holds them on a file system of shorter names too, with a number added', () => {
    fc.assert(
      fc.property(anyName, fc.integer({ min: 80, max: 255 }), fc.integer({ min: 0, max: 9999 }), (raw, mostBytes, attempt) => {
        const name = safeName(raw, mostBytes);
        if (name === null) return;
        expect(safeName(name, mostBytes), 'idempotent').toBe(name);
        const whole = safeName(raw, Number.POSITIVE_INFINITY) ?? '';
        const { extension } = splitExtension(whole);
        expect(name.endsWith(extension), 'ending').toBe(true);
        const numbered = numberedName(name, attempt);
        expect(Buffer.byteLength(numbered), 'bytes').toBeLessThanOrEqual(mostBytes);
        for (const each of [name, numbered]) expect(each).not.toMatch(RESERVED);
        expect(name).not.toMatch(/^[.\-\s]|[.\s]$|\p{Surrogate}/u);
        if (Buffer.byteLength(whole) <= mostBytes - 16) expect(name, 'not cut').toBe(whole);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['photo.jpg', 'photo.jpg'],
    ['Mañana 日本 😀.txt', 'Mañana 日本 😀.txt'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['x. .', 'x'],
    ['x.exe ', 'x.exe'],
    ['e\u0301.txt', 'é.txt'],
    ['\u001b[2J\u001b]0;pwn\u0007.txt', '[2J]0;pwn.txt'],
    ['zero\u200bwidth\ufeff.txt', 'zerowidth.txt'],
  ])('%j becomes %j', (raw, expected) => {
    expect(safeName(raw)).toBe(expected);
  });

  test.each(['CON', 'con.txt', 'NUL.tar.gz', 'COM1 ', 'COM¹.txt', 'LPT³', 'CONIN$', 'AUX.', 'desktop.ini', 'autorun.inf', 'Thumbs.db', '.bashrc', '-rf', '~$x'])(
    'B4, B14: %j is escaped on every system',
    (raw) => {
      expect(safeName(raw)).toMatch(/^_/u);
    },
  );

  test.each(['', '.', '..', ' ', '. .', '\u200b', '\u0000', '\ufffd\ufffd'])('%j leaves nothing usable', (raw) => {
    expect(safeName(raw)).toBeNull();
  });

  test('B12: cuts by bytes, between characters, and keeps the ending', () => {
    for (const raw of [`${'a'.repeat(300)}.txt`, `${'é'.repeat(200)}.txt`, `${'😀'.repeat(100)}.txt`]) {
      const name = safeName(raw) ?? '';
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(Buffer.byteLength(name)).toBeGreaterThan(200);
      expect(name).toMatch(/\.txt$/u);
      expect(name).not.toMatch(/\p{Surrogate}/u);
    }
  });

  test.each(['.', ' ', '. ', '\u3000'])('a name with thousands of %j in its middle or at its end takes no time', (filler) => {
    const run = filler.repeat(50_000);
    const startedAtMs = performance.now();
    expect(safeName(`a${run}`)).toBe('a');
    expect(safeName(`a${run}x`)).toMatch(/^a/u);
    expect(safeName(`${run}${run}x.txt`)).toMatch(/\.txt$/u);
    // Quadratic, it took minutes.
    expect(performance.now() - startedAtMs).toBeLessThan(5000);
  });

  test('a reserved name does not come out by cutting a longer one', () => {
    expect(safeName(`con${' '.repeat(300)}x.txt`)).not.toMatch(RESERVED);
  });
});

describe('the neighbours of safeName', () => {
  test.each([
    ['../../x', 'x'],
    ['..\\..\\x', 'x'],
    ['C:\\w\\x.txt', 'x.txt'],
    ['/etc/passwd', 'passwd'],
    ['\\\\srv\\share\\x', 'x'],
    ['....//x', 'x'],
    ['folder/', ''],
  ])('B1: the last component of %j is %j', (raw, expected) => {
    expect(lastComponent(raw)).toBe(expected);
  });

  test('a folder path never climbs and is never deeper than 32', () => {
    expect(safeFolder('a/../../b')).toEqual(['a', 'b']);
    expect(safeFolder('/abs//./x')).toEqual(['abs', 'x']);
    expect(safeFolder('CON/.git')).toEqual(['_CON', '_.git']);
    expect(safeFolder(Array.from({ length: 32 }, () => 'd').join('/'))).toHaveLength(32);
    expect(safeFolder(Array.from({ length: 33 }, () => 'd').join('/'))).toBeNull();
  });

  test('B10, B11: names that some file system takes for the same fold to the same', () => {
    expect(foldedName('A.txt')).toBe(foldedName('a.txt'));
    expect(foldedName('é')).toBe(foldedName('e\u0301'));
    expect(foldedName('STRASSE')).toBe(foldedName('straße'));
    expect(foldedName('a.txt')).not.toBe(foldedName('b.txt'));
  });

  test('an ending is kept whole', () => {
    expect(splitExtension('a.tar.gz')).toEqual({ stem: 'a', extension: '.tar.gz' });
    expect(splitExtension('noending')).toEqual({ stem: 'noending', extension: '' });
    expect(numberedName('a.tar.gz', 2)).toBe('a (2).tar.gz');
  });
});
