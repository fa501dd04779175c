import { appendFile, mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FileLine } from '../../../../server/uploads/history/log-line.ts';
import { createUploadHistory, type UploadHistory } from '../../../../server/uploads/history/upload-history.ts';
import { STAGING_NAME } from '../../../helpers/disk.ts';
import { arrivalLine, historyLog, layHistory } from '../../../helpers/history.ts';
import { makeUploadFolder } from '../../../helpers/upload-folder.ts';

const WEEK_MS = 7 * 24 * 60 * 60_000;
const ALL = { before: undefined, limit: 200, words: '', senderId: undefined };

interface Place {
  readonly folder: string;
  readonly history: UploadHistory;
}

async function openPlace(lines: readonly string[] = []): Promise<Place> {
  const folder = await makeUploadFolder();
  await mkdir(join(folder, STAGING_NAME));
  if (lines.length > 0) await layHistory(folder, lines);
  return { folder, history: reopen(folder) };
}

function reopen(folder: string): UploadHistory {
  return createUploadHistory(join(folder, STAGING_NAME), folder);
}

function fileLine(id: string, inode = '1'): FileLine {
  const { record } = JSON.parse(arrivalLine(id)) as FileLine;
  return { kind: 'file', record, inode };
}

async function ids(history: UploadHistory): Promise<readonly string[]> {
  return (await history.page(ALL)).entries.map(({ id }) => id);
}

async function arrive(history: UploadHistory, id: string, line = fileLine(id)): Promise<void> {
  await history.note([line]);
  history.confirm([line]);
}

describe('a file that was noted', () => {
  test('has not arrived before it has its name, also for a run that comes after a crash', async () => {
    const { folder, history } = await openPlace();
    await history.note([fileLine('half')]);
    expect(await ids(history)).toEqual([]);
    const next = reopen(folder);
    expect((await next.restore(WEEK_MS)).stored).toEqual([]);
    expect(await ids(next)).toEqual([]);
  });

  test('has arrived when a file of that name and inode is there, and is listed also when it goes after that', async () => {
    const { folder, history } = await openPlace();
    const path = join(folder, 'killed.txt');
    await writeFile(path, 'x');
    const { ino } = await stat(path, { bigint: true });
    await history.note([fileLine('killed', String(ino))]);
    const next = reopen(folder);
    expect((await next.restore(WEEK_MS)).stored.map(({ id }) => id)).toEqual(['killed']);
    expect(await ids(next)).toEqual(['killed']);
    expect(await ids(reopen(folder))).toEqual(['killed']);
  });

  test('that is stored under its id a second time is listed once, as the latest', async () => {
    const { history } = await openPlace();
    for (const id of ['again', 'other', 'again']) await arrive(history, id);
    expect(await ids(history)).toEqual(['again', 'other']);
    await history.note([fileLine('again', '2')]);
    expect(await ids(history)).toEqual(['again', 'other']);
  });
});

describe('what is damaged in the log', () => {
  test.each<readonly [string, string | Buffer]>([
    ['a torn line', arrivalLine('torn').slice(0, 90)], ['another shape', '{"kind":"file"}\nnull\n[]\n"x"'], ['zeros, as after a power cut', Buffer.alloc(5000)],
    ['a line without an end', Buffer.alloc(3 << 20, 'x')], ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x80, 0x0a, 0xc3])],
  ])('%s costs nothing but itself', async (_what, damage) => {
    const { folder, history } = await openPlace([arrivalLine('before')]);
    await appendFile(historyLog(folder), damage);
    await arrive(history, 'after');
    expect(await ids(history)).toEqual(['after', 'before']);
    expect((await reopen(folder).restore(WEEK_MS)).damagedLines).toBeGreaterThan(0);
  });

  test('may be anything anywhere: lines that are whole are found', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.oneof(fc.string(), fc.json(), fc.constant('entry')), { maxLength: 20 }), async (parts) => {
      const lines = parts.map((part, index) => (part === 'entry' ? arrivalLine(`e${index}`) : part.replaceAll('\n', ' ')));
      const { history } = await openPlace(lines);
      const wanted = parts.flatMap((part, index) => (part === 'entry' ? [`e${index}`] : [])).reverse();
      expect(await ids(history)).toEqual(wanted);
    }), { numRuns: 30 });
  });
});

describe('ten thousand entries', () => {
  const many = (count: number): readonly string[] => Array.from({ length: count }, (_none, index) => arrivalLine(`f${index}`, {}, index + 1));

  test('are what is kept; a log of more lines is replaced by the latest, and what others append meanwhile comes after them', async () => {
    const { folder, history } = await openPlace([...many(11_000), ...many(11_000), ...many(11_000)]);
    const other = reopen(folder);
    const noted = Array.from({ length: 20 }, (_none, index) => `other${index}`);
    await Promise.all([history.restore(WEEK_MS), ...noted.map((id) => arrive(other, id))]);
    await other.flush();
    const { total } = await history.page(ALL);
    expect(total).toBe(10_000);
    expect(new Set((await ids(history)).slice(0, 20))).toEqual(new Set(noted));
    const lines = (await readFile(historyLog(folder), 'utf8')).split('\n').filter((line) => line !== '');
    expect(lines.length).toBeLessThan(10_000 + 50);
  });

  test('are read once: a page after that reads what is new', async () => {
    const { history } = await openPlace(many(10_000));
    await history.page(ALL);
    const line = fileLine('new');
    const parse = JSON.parse;
    let parsed = 0;
    JSON.parse = (text: string): unknown => {
      parsed += 1;
      return parse(text) as unknown;
    };
    try {
      await arrive(history, 'new', line);
      expect((await ids(history))[0]).toBe('new');
      // Itself, and that it got its name.
      expect(parsed).toBe(2);
    } finally {
      JSON.parse = parse;
    }
  });
});

test('two processes append at once, and replace it at once, and nothing is lost', async () => {
  const { folder } = await openPlace(Array.from({ length: 3000 }, () => arrivalLine('old')));
  const sides = [reopen(folder), reopen(folder)];
  await Promise.all(sides.flatMap((side, index) => [
    ...Array.from({ length: 60 }, (_none, number) => arrive(side, `${index}-${number}`)),
    side.clear(),
  ]));
  await Promise.all(sides.map((side) => side.flush()));
  for (const [index, side] of sides.entries()) {
    await arrive(side, `last-${index}`);
    await side.flush();
  }
  // Cleared in between: what came before that may be gone from the list, what came after it may not.
  for (const side of [...sides, reopen(folder)]) expect((await ids(side)).slice(0, 2)).toEqual(['last-1', 'last-0']);
  expect((await reopen(folder).restore(WEEK_MS)).damagedLines).toBe(0);
});

test('a log that cannot be written to holds up nobody, and is told the rest when it can', async () => {
  const { folder, history } = await openPlace();
  await mkdir(historyLog(folder));
  await arrive(history, 'meanwhile');
  await history.flush();
  await rmdir(historyLog(folder));
  await arrive(history, 'after');
  expect(await ids(history)).toEqual(['after', 'meanwhile']);
});
