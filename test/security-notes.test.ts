import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, readSources } from './helpers/house/read-tree.ts';
import { readTitles } from './helpers/read-titles.ts';

const IDS = /^[A-K]\d{1,2}(?:, [A-K]\d{1,2})*$/u;

const notes = await readFile(join(ROOT, 'SECURITY.md'), 'utf8');
const links = [...notes.matchAll(/\[(?<said>[^\]]+)\]\((?<path>test\/[^)]+\.(?:test|spec)\.ts)\)/gu)].map(({ groups }) => ({ said: groups?.['said'] ?? '', path: groups?.['path'] ?? '' }));
const titles = new Map(readSources().map((source) => [source.path, readTitles(source)]));

test('every row of the threat model names its proof', () => {
  const rows = notes.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| who') && !line.startsWith('| finding'));
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter((row) => !row.includes('](test/'))).toEqual([]);
});

test.each(links)('SECURITY.md: $said in $path is there', ({ said, path }) => {
  const found = titles.get(path) ?? [];
  const isThere = (what: string): boolean =>
    IDS.test(what) ? found.some((title) => (/^(?<ids>[A-K]\d{1,2}(?:, [A-K]\d{1,2})*): /u.exec(title)?.groups?.['ids'] ?? '').split(', ').includes(what)) : found.includes(what);
  const wanted = IDS.test(said) ? said.split(', ') : [said.replace(/^"|"$/gu, '')];
  expect(wanted.filter((what) => !isThere(what))).toEqual([]);
});
