import { beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../../server/index.ts';
import type { Settings, SettingsFile } from '../../electron/main/settings.ts';

// The system's dialogs wait for a person.
const person = vi.hoisted(() => ({ presses: 0, chooses: [] as readonly string[], asked: 0 }));
vi.mock('electron', () => ({
  dialog: {
    showMessageBox: () => {
      person.asked += 1;
      return Promise.resolve({ response: person.presses });
    },
    showOpenDialog: () => Promise.resolve({ canceled: person.chooses.length === 0, filePaths: person.chooses }),
  },
}));
const { startWithFolder } = await import('../../electron/main/start-with-folder.ts');

const GONE = '/media/stick/in';
let settings: SettingsFile;

beforeEach(() => {
  let now: Settings = { uploadFolder: GONE, windowBounds: null, duplicates: { policy: 'keep-both', guestsChoose: false }, https: false, receive: { networks: null, offAfter: 'never' }, asks: false };
  settings = { get: () => now, update: (change) => (now = { ...now, ...change }), flush: () => Promise.resolve() };
  Object.assign(person, { presses: 0, chooses: [], asked: 0 });
});

async function start(folder: string): Promise<string> {
  if (folder === GONE) throw new Failure('CONFIG_DEST_NOT_WRITABLE');
  return `started in ${folder}`;
}

test('a folder that works is used without a question', async () => {
  settings.update({ uploadFolder: '/data' });
  expect(await startWithFolder(settings, start)).toBe('started in /data');
  expect(person.asked).toBe(0);
});

test('a folder that is gone can be replaced, and the choice is remembered', async () => {
  person.chooses = ['/data'];
  expect(await startWithFolder(settings, start)).toBe('started in /data');
  expect(settings.get().uploadFolder).toBe('/data');
});

test.each([[1, ['/data']], [0, []]])('button %i and the choice %j: whoever wants none, quits', async (presses, chooses) => {
  Object.assign(person, { presses, chooses });
  expect(await startWithFolder(settings, start)).toBeNull();
  expect(settings.get().uploadFolder).toBe(GONE);
});

test('another failure is not the folder’s, and is not asked about', async () => {
  await expect(startWithFolder(settings, () => Promise.reject(new Failure('INTERNAL')))).rejects.toThrow();
  expect(person.asked).toBe(0);
});
