import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { walkFiles } from '../../electron/main/sending/walk-files.ts';
import type { Found } from '../../electron/main/sending/walk-files.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import type { TempFolder } from '../helpers/temp-folder.ts';

let temp: TempFolder;

beforeEach(async () => {
  temp = await makeTempFolder();
});
afterEach(() => temp.remove());

const inTemp = (...parts: readonly string[]): string => path.join(temp.path, ...parts);

async function write(name: string, text = 'x'): Promise<void> {
  await mkdir(path.dirname(inTemp(name)), { recursive: true });
  await writeFile(inTemp(name), text);
}

async function gather(walking: AsyncIterable<Found>): Promise<readonly Found[]> {
  const found: Found[] = [];
  for await (const item of walking) found.push(item);
  return found;
}

async function walk(roots: readonly string[], except = inTemp('nowhere')): Promise<readonly Found[]> {
  return gather(walkFiles(roots.map((root) => inTemp(root)), except));
}

async function names(roots: readonly string[], except?: string): Promise<readonly string[]> {
  return (await walk(roots, except)).map((item) => `${item.kind} ${item.kind === 'file' ? path.posix.join(item.folder, item.name) : item.name}`);
}

test('a folder keeps its structure, in order of name; a dropped file has no folder', async () => {
  await write('Holiday/photo 10.txt');
  await write('Holiday/photo 9.txt');
  await write('Holiday/Day 1/a.txt', 'hello');
  await write('Holiday/Day 1/deep/c.txt');
  await write('single.txt');
  expect(await names(['Holiday', 'single.txt'])).toEqual([
    'file Holiday/Day 1/a.txt', 'file Holiday/Day 1/deep/c.txt', 'file Holiday/photo 9.txt', 'file Holiday/photo 10.txt', 'file single.txt',
  ]);
  expect((await walk(['Holiday']))[0]).toMatchObject({ path: inTemp('Holiday/Day 1/a.txt'), name: 'a.txt', folder: 'Holiday/Day 1', size: 5 });
});

test('links, also to folders and in circles, are named and not followed', async () => {
  await write('secret/key.txt');
  await write('in/a.txt');
  await symlink(inTemp('secret'), inTemp('in/folder-link'));
  await symlink(inTemp('secret/key.txt'), inTemp('in/link.txt'));
  await symlink(inTemp('in'), inTemp('in/round'));
  expect(await names(['in'])).toEqual(['file in/a.txt', 'skipped in/folder-link', 'skipped in/link.txt', 'skipped in/round']);
});

test('what is not an ordinary file is skipped with a reason, and the rest goes on', async () => {
  await write('in/a.txt');
  execFileSync('mkfifo', [inTemp('in/pipe')]);
  const server = net.createServer().listen(inTemp('in/socket'));
  try {
    const found = await walk(['in', 'gone.txt']);
    expect(found.map((item) => item.name)).toEqual(['a.txt', 'in/pipe', 'in/socket', 'gone.txt']);
    for (const item of found.slice(1)) expect(item).toMatchObject({ kind: 'skipped', failure: { code: 'FILE_UNREADABLE' } });
  } finally {
    server.close();
  }
});

test.skipIf(process.getuid?.() === 0)('what may not be read is skipped', async () => {
  await write('in/a.txt');
  await write('in/locked/b.txt');
  await chmod(inTemp('in/a.txt'), 0o000);
  await chmod(inTemp('in/locked'), 0o000);
  expect(await names(['in'])).toEqual(['skipped in/a.txt', 'skipped in/locked']);
  await chmod(inTemp('in/locked'), 0o700);
});

test('the upload folder is never walked into: sending it would not end', async () => {
  await write('home/a.txt');
  await write('home/Slipway/arrived.txt');
  expect(await names(['home'], inTemp('home/Slipway'))).toEqual(['file home/a.txt', 'skipped home/Slipway']);
});

test('the first file of a large folder comes before the folder is known', async () => {
  for (let index = 0; index < 3; index += 1) await write(`in/${index}/a.txt`);
  const walking = walkFiles([inTemp('in')], inTemp('nowhere'));
  expect((await walking.next()).value).toMatchObject({ folder: 'in/0' });
  await write('in/2/later.txt');
  const rest = await gather(walking);
  expect(rest.map((item) => item.name)).toEqual(['a.txt', 'a.txt', 'later.txt']);
});
