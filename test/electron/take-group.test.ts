import { expect, test } from 'vitest';
import type { FileToSend } from '../../electron/main/sending/file-to-send.ts';
import { takeGroup } from '../../electron/main/sending/take-group.ts';
import { createUploadForm } from '../../electron/main/sending/upload-form.ts';

const file = (id: string, size: number, batch = 'b1'): FileToSend => ({ id, batch, path: `/x/${id}`, name: id, folder: '', size, modifiedAtMs: 1 });
const waitingOf = (...files: readonly FileToSend[]): Map<string, FileToSend> => new Map(files.map((each) => [each.id, each]));
const ids = (files: readonly FileToSend[]): readonly string[] => files.map(({ id }) => id);

test('a run of small files goes together, a large one alone, and nothing is left behind', () => {
  const waiting = waitingOf(file('a', 10), file('b', 20), file('large', 5_000_000), file('c', 30));
  expect([takeGroup(waiting), takeGroup(waiting), takeGroup(waiting), takeGroup(waiting)].map(ids)).toEqual([['a', 'b'], ['large'], ['c'], []]);
  expect(waiting.size).toBe(0);
});

test('batches are not mixed', () => {
  const waiting = waitingOf(file('a', 10), file('b', 20, 'b2'));
  expect(ids(takeGroup(waiting))).toEqual(['a']);
});

test('a request holds at most 100 files and 16 MiB', () => {
  const many = waitingOf(...Array.from({ length: 150 }, (_none, index) => file(`${index}`, 1)));
  expect(takeGroup(many)).toHaveLength(100);
  const heavy = waitingOf(...Array.from({ length: 20 }, (_none, index) => file(`${index}`, 1_000_000)));
  expect(takeGroup(heavy)).toHaveLength(16);
});

test('a form is exactly as long as it says, whatever its names, and says what each file hashes to', () => {
  const named = { ...file('a', 5), name: 'ä "quoted"\r\n.txt', folder: 'Ordner/ö' };
  const form = createUploadForm([{ file: named, bytes: Buffer.from('hello'), digest: 'xxh128:01' }, { file: file('b', 0), bytes: Buffer.alloc(0), digest: 'xxh128:02' }]);
  const body = Buffer.concat(form.body);
  expect(body).toHaveLength(form.contentLength);
  const { files } = JSON.parse(/\r\n\r\n(\{.*\})\r\n/.exec(body.toString())?.[1] ?? '') as { files: unknown };
  expect(files).toEqual([{ id: 'a', name: named.name, folder: 'Ordner/ö', size: 5, modifiedAtMs: 1, digest: 'xxh128:01' }, { id: 'b', name: 'b', size: 0, modifiedAtMs: 1, digest: 'xxh128:02' }]);
  expect(body.toString()).toContain('filename="ä %22quoted%22%0D%0A.txt"');
});
