import { mkdir, readFile, readdir, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileToSend } from '../../electron/main/sending/file-to-send.ts';
import { openUnfinishedList, parseUnfinished } from '../../electron/main/sending/unfinished-list.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import type { TempFolder } from '../helpers/temp-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const FILE: FileToSend = { id: 'u1', batch: 'b1', path: '/home/ann/film.mov', name: 'film.mov', folder: '', size: 9, modifiedAtMs: 1.25 };

let temp: TempFolder;
let file: string;
let events: string[];

beforeEach(async () => {
  temp = await makeTempFolder();
  file = path.join(temp.path, 'unfinished.json');
  events = [];
});
afterEach(() => temp.remove());

const open = () => openUnfinishedList(file, (_level, event) => events.push(event));

test('what is added is there at the next start, what was removed is not, and nobody else may read it', async () => {
  const list = await open();
  list.add([FILE, { ...FILE, id: 'u2' }]);
  list.add([{ ...FILE, id: 'u3' }]);
  list.remove(['u2', 'unknown']);
  await list.flush();
  expect((await open()).files()).toEqual([FILE, { ...FILE, id: 'u3' }]);
  expect((await open()).has('u2')).toBe(false);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(temp.path)).toEqual(['unfinished.json']);
  expect(events).toEqual([]);
});

test('what is paused stays so over a restart and when it is added again, until it is let go or leaves', async () => {
  const list = await open();
  const told: (readonly string[])[] = [];
  list.onPaused((ids) => told.push(ids));
  list.add([FILE, { ...FILE, id: 'u2' }, { ...FILE, id: 'u3' }]);
  list.setPaused(['u1', 'u2', 'u3', 'unknown'], true);
  list.setPaused(['u2'], false);
  list.add([FILE]);
  list.remove(['u3']);
  await list.flush();
  expect([...(await open()).paused()]).toEqual(['u1']);
  expect((await open()).files()).toEqual([FILE, { ...FILE, id: 'u2' }]);
  await waitUntil('it to be told', () => Promise.resolve(told.length > 0));
  expect(told).toEqual([['u1']]);
});

test('a change is on disk soon, without being asked for', async () => {
  const list = await open();
  const written = async () => parseUnfinished(await readFile(file, 'utf8').catch(() => ''))?.map(({ id }) => id).join();
  list.add([FILE]);
  await waitUntil('the first change to be written', async () => (await written()) === 'u1');
  for (const id of ['u2', 'u3']) list.add([{ ...FILE, id }]);
  list.remove(['u1']);
  await waitUntil('the later ones to be written', async () => (await written()) === 'u2,u3');
});

test('what was added is noted once it is on disk, also when another change was just written', async () => {
  const list = await open();
  const written = async () => parseUnfinished(await readFile(file, 'utf8'))?.map(({ id }) => id).join();
  list.add([FILE]);
  await list.noted();
  expect(await written()).toBe('u1');
  list.remove(['u1']);
  list.add([{ ...FILE, id: 'u2' }]);
  await list.noted();
  expect(await written()).toBe('u2');
  await list.noted();
});

test('what cannot be written is said, and tried again', async () => {
  const list = await open();
  await mkdir(file);
  list.add([FILE]);
  await list.flush();
  expect(events).toEqual(['unfinished:unsaved']);
  await rmdir(file);
  await list.flush();
  expect((await open()).files()).toEqual([FILE]);
});

test.each(['{"uploads":[{"id":', '[]', '{}', 'null', ''])('a list of %j is kept aside, and a new one begins', async (text) => {
  await writeFile(file, text);
  expect((await open()).files()).toEqual([]);
  expect(await readFile(`${file}.broken`, 'utf8')).toBe(text);
  expect(events).toEqual(['unfinished:broken']);
});

test.each([
  ['no object', 'film.mov'],
  ['no id', { ...FILE, id: undefined }],
  ['an id that is no key', { ...FILE, id: 'a b' }],
  ['a batch that is no key', { ...FILE, batch: '' }],
  ['a relative path', { ...FILE, path: 'film.mov' }],
  ['no name', { ...FILE, name: '' }],
  ['a folder that is no text', { ...FILE, folder: null }],
  ['a size below nothing', { ...FILE, size: -1 }],
  ['a size that is no whole number', { ...FILE, size: 1.5 }],
  ['a time that is no number', { ...FILE, modifiedAtMs: '1' }],
  ['a pause that is no truth', { ...FILE, paused: 'yes' }],
])('an entry with %s is left out, the others stay', (_what, entry) => {
  expect(parseUnfinished(JSON.stringify({ uploads: [entry, FILE] }))).toEqual([FILE]);
});
