import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSettings, parseSettings } from '../../electron/main/settings.ts';
import type { Settings, SettingsFile } from '../../electron/main/settings.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import type { TempFolder } from '../helpers/temp-folder.ts';

const DEFAULTS: Settings = { uploadFolder: '/home/ann/Slipway', windowBounds: null, duplicates: { policy: 'keep-both', guestsChoose: false }, https: false, receive: { networks: null, offAfter: 'never' }, asks: false };
const BOUNDS = { x: 1, y: 2, width: 800, height: 600, maximized: false };

let temp: TempFolder;
let file: string;
let events: string[];

beforeEach(async () => {
  temp = await makeTempFolder();
  file = path.join(temp.path, 'settings.json');
  events = [];
});
afterEach(() => temp.remove());

const open = (): Promise<SettingsFile> => openSettings(file, DEFAULTS, (_level, event) => events.push(event));

test('without a file the defaults stand, and nothing is said', async () => {
  expect((await open()).get()).toEqual(DEFAULTS);
  expect(events).toEqual([]);
});

test('what is changed is there at the next start, and for nobody else to read', async () => {
  const settings = await open();
  settings.update({ uploadFolder: '/data/in' });
  settings.update({ windowBounds: BOUNDS, duplicates: { policy: 'replace', guestsChoose: true }, https: true, receive: { networks: ['wlan0'], offAfter: 'idle' }, asks: true });
  await settings.flush();
  expect((await open()).get()).toEqual({ uploadFolder: '/data/in', windowBounds: BOUNDS, duplicates: { policy: 'replace', guestsChoose: true }, https: true, receive: { networks: ['wlan0'], offAfter: 'idle' }, asks: true });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(temp.path)).toEqual(['settings.json']);
});

test.each(['{"uploadFolder": "/da', '[]', 'null', ''])('a file of %j is kept aside, and the defaults stand', async (text) => {
  await writeFile(file, text);
  expect((await open()).get()).toEqual(DEFAULTS);
  expect(await readFile(`${file}.broken`, 'utf8')).toBe(text);
  expect(events).toEqual(['settings:broken']);
});

test('a change that cannot be written holds for this run', async () => {
  const settings = await open();
  await mkdir(file);
  settings.update({ uploadFolder: '/data/in' });
  await settings.flush();
  expect(settings.get().uploadFolder).toBe('/data/in');
  expect(events).toEqual(['settings:unsaved']);
  expect(await readdir(temp.path)).toEqual(['settings.json']);
});

test.each([
  ['a relative folder', { uploadFolder: 'here', windowBounds: BOUNDS }, { uploadFolder: DEFAULTS.uploadFolder, windowBounds: BOUNDS }],
  ['bounds that are no numbers', { uploadFolder: '/data', windowBounds: { ...BOUNDS, x: '1' } }, { uploadFolder: '/data', windowBounds: null }],
  ['bounds that are no whole numbers', { uploadFolder: '/data', windowBounds: { ...BOUNDS, x: 1.5 } }, { uploadFolder: '/data', windowBounds: null }],
  ['a switch that is no switch', { uploadFolder: '/data', https: 'yes' }, { uploadFolder: '/data', windowBounds: null }],
  ['a policy that is none', { uploadFolder: '/data', duplicates: { policy: 'overwrite', guestsChoose: true } }, { uploadFolder: '/data', windowBounds: null }],
  ['rules of receiving that are none', { uploadFolder: '/data', receive: { networks: 'all', offAfter: 'never' } }, { uploadFolder: '/data', windowBounds: null }],
  ['asking that is neither on nor off', { uploadFolder: '/data', asks: 1 }, { uploadFolder: '/data', windowBounds: null }],
  ['an entry of a later version', { uploadFolder: '/data', colour: 'red' }, { uploadFolder: '/data', windowBounds: null }],
])('%s gives way to the default, the rest stays', (_what, value, expected) => {
  expect(parseSettings(JSON.stringify(value), DEFAULTS)).toEqual({ ...DEFAULTS, ...expected });
});
