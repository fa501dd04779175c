import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CASES } from './cases/case-table.ts';
import { ROOT, readSources } from './helpers/house/read-tree.ts';
import { parseSource } from './helpers/house/source.ts';
import { readTitles } from './helpers/read-titles.ts';

/** `A9: …`, `E6, E7: …` */
const IDS = /^(?<ids>[A-K]\d{1,2}(?:, [A-K]\d{1,2})*): /u;

/** The last number of each letter, and those that never were. */
const LAST = { A: 25, B: 21, C: 25, D: 19, E: 22, F: 18, G: 14, H: 12, I: 10, J: 12, K: 15 };
const NEVER = ['G7', 'G8', 'G9', 'H5'];

function idsOf(title: string): readonly string[] {
  return IDS.exec(title)?.groups?.['ids']?.split(', ') ?? [];
}

const proven = new Set(
  readSources()
    .filter(({ path }) => /^test\/.+\.(?:test|spec|suite)\.ts$/u.test(path))
    .flatMap(readTitles)
    .flatMap(idsOf),
);

describe('the catalogue of cases', () => {
  test('is whole', () => {
    const all = Object.entries(LAST).flatMap(([letter, last]) => Array.from({ length: last }, (_, index) => `${letter}${index + 1}`));
    expect(Object.keys(CASES)).toEqual(all.filter((id) => !NEVER.includes(id)));
  });

  test('has a test for every case, or says why there is none', () => {
    expect(Object.entries(CASES).filter(([id, { untested }]) => !proven.has(id) && untested === undefined).map(([id, { what }]) => `${id}: ${what}`)).toEqual([]);
  });

  test('gives no reason where there is a test', () => {
    expect(Object.entries(CASES).filter(([id, { untested }]) => proven.has(id) && untested !== undefined).map(([id]) => id)).toEqual([]);
  });

  test('names files that are there, where the README gives them as proof', async () => {
    const named = [...(await readFile(join(ROOT, 'README.md'), 'utf8')).matchAll(/\]\((?<path>test\/[^)]+)\)/gu)].map(({ groups }) => groups?.['path'] ?? '');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('is what titles speak of', () => {
    expect([...proven].filter((id) => CASES[id] === undefined)).toEqual([]);
  });
});

describe('titles', () => {
  const text = `
    const ROWS = [['A3: three', 1], ['four', 2]] as const;
    test('A1: one', () => {});
    it.skipIf(true)('A2, B2: two', () => {});
    test.each(ROWS.filter(fits))('%s is refused', () => {});
    test.skipIf(false).each(['A5: five'])('%j fits', () => {});
    test(\`A6: six \${name}\`, () => {});
    test.skip('A7: never runs', () => {});
    describe('A8: no test', () => {});
    regex.test('A9: no test either');
  `;

  test('are read from tables as well, and not from what is skipped', () => {
    expect(readTitles(parseSource('test/x.test.ts', text)).flatMap(idsOf)).toEqual(['A1', 'A2', 'B2', 'A3', 'A5', 'A6']);
  });
});
