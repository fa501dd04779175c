import { appendFile, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileToSend } from '../../electron/main/sending/file-to-send.ts';
import { readSource } from '../../electron/main/sending/read-source.ts';
import { countOpenFiles } from '../helpers/disk.ts';
import { sampleBytes } from '../helpers/sample-bytes.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import type { TempFolder } from '../helpers/temp-folder.ts';

const BYTES = sampleBytes(5_000_000);

let temp: TempFolder;
let file: FileToSend;

beforeEach(async () => {
  temp = await makeTempFolder();
  const full = path.join(temp.path, 'a.bin');
  await writeFile(full, BYTES);
  const { size, mtimeMs } = await stat(full);
  file = { id: 'u1', batch: 'b1', path: full, name: 'a.bin', folder: '', size, modifiedAtMs: mtimeMs };
});
afterEach(() => temp.remove());

async function readWhole(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of readSource(file)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Does something to the file after its first chunk was read. */
async function readWhile(change: () => Promise<unknown>): Promise<number> {
  let read = 0;
  for await (const chunk of readSource(file)) {
    if (read === 0) await change();
    read += chunk.length;
  }
  return read;
}

test('a file that is left alone is read whole, and closed', async () => {
  const before = await countOpenFiles();
  expect(Buffer.compare(await readWhole(), BYTES)).toBe(0);
  expect(await countOpenFiles()).toBe(before);
});

test.each([1, 1 << 20, 4_999_999, 5_000_000])('from byte %i on it is the rest', async (start) => {
  const chunks: Buffer[] = [];
  for await (const chunk of readSource(file, start)) chunks.push(chunk);
  expect(Buffer.compare(Buffer.concat(chunks), BYTES.subarray(start))).toBe(0);
});

test('of a file that changes, the last chunk is never handed out', async () => {
  let read = 0;
  const reading = (async () => {
    for await (const chunk of readSource(file)) {
      if (read === 0) await utimes(file.path, 1, 1);
      read += chunk.length;
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  expect(read).toBeLessThan(BYTES.length);
});

test('an empty file is no bytes', async () => {
  await truncate(file.path, 0);
  const { mtimeMs } = await stat(file.path);
  file = { ...file, size: 0, modifiedAtMs: mtimeMs };
  expect(await readWhole()).toHaveLength(0);
});

test.each([
  ['shrinks', () => truncate(file.path, 1_500_000)],
  ['grows', () => appendFile(file.path, 'more')],
  ['is written to and keeps its size', () => utimes(file.path, 1, 1)],
])('a file that %s while it is read has changed, and is closed', async (_what, change) => {
  const before = await countOpenFiles();
  await expect(readWhile(change)).rejects.toMatchObject({ code: 'FILE_CHANGED', id: 'u1' });
  expect(await countOpenFiles()).toBe(before);
});

test('a file that is another one than announced has changed before its first byte', async () => {
  await appendFile(file.path, 'more');
  await expect(readSource(file).next()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
});

test('a file that is gone, and a link in its place, are unreadable', async () => {
  await rm(file.path);
  await expect(readSource(file).next()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  await symlink('/etc/passwd', file.path);
  await expect(readSource(file).next()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});

test('whoever stops half-way leaves nothing open', async () => {
  const before = await countOpenFiles();
  for await (const chunk of readSource(file)) if (chunk.length > 0) break;
  expect(await countOpenFiles()).toBe(before);
});
