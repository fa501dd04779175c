import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { appendBounded } from '../../electron/main/append-bounded.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';

test('a file that is added to for ever stays small, keeps the latest, and is its owner\'s alone', async () => {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  const file = path.join(temp.path, 'crash.log');
  for (let count = 0; count < 40; count += 1) appendBounded(file, `${count} ${'x'.repeat(30_000)}\n`);
  appendBounded(file, 'latest\n');
  expect((await readdir(temp.path)).toSorted()).toEqual(['crash.log', 'crash.log.old']);
  expect(await readFile(file, 'utf8')).toMatch(/latest\n$/u);
  const sizes = await Promise.all([file, `${file}.old`].map(async (each) => (await stat(each)).size));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('one text that is too large by itself is cut, where there is no file yet too', async () => {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  const file = path.join(temp.path, 'crash.log');
  for (let count = 0; count < 3; count += 1) appendBounded(file, 'x'.repeat(1_000_000));
  expect((await stat(file)).size).toBeLessThanOrEqual(256 * 1024);
});
