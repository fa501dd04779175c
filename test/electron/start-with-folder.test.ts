import { beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../../server/index.ts';
import type { Settings, SettingsFile } from '../../electron/main/settings.ts';
import { chooseWords } from '../../electron/main/words/choose-words.ts';

// The system's dialogs wait for a person.
const person = vi.hoisted(() => ({ presses: 0, chooses: [] as readonly string[], asked: 0, read: [] as readonly unknown[] }));
vi.mock('electron', () => ({
  dialog: {
    showMessageBox: ({ message, detail, buttons }: { message: string; detail: string; buttons: string[] }) => {
      person.asked += 1;
      person.read = [message, detail, ...buttons];
      return Promise.resolve({ response: person.presses });
    },
    showOpenDialog: ({ title, buttonLabel }: { title: string; buttonLabel: string }) => {
      person.read = [...person.read, title, buttonLabel];
      return Promise.resolve({ canceled: person.chooses.length === 0, filePaths: person.chooses });
    },
  },
}));
const { startWithFolder } = await import('../../electron/main/start-with-folder.ts');

const GONE = '/media/stick/in';
let settings: SettingsFile;

beforeEach(() => {
  let now: Settings = { uploadFolder: GONE, windowBounds: null, duplicates: { policy: 'keep-both', guestsChoose: false }, https: false, receive: { networks: null, offAfter: 'never' }, asks: false };
  settings = { get: () => now, update: (change) => (now = { ...now, ...change }), flush: () => Promise.resolve() };
  Object.assign(person, { presses: 0, chooses: [], asked: 0, read: [] });
});

async function start(folder: string): Promise<string> {
  if (folder === GONE) throw new Failure('CONFIG_DEST_NOT_WRITABLE');
  return `started in ${folder}`;
}

test('a folder that works is used without a question', async () => {
  settings.update({ uploadFolder: '/data' });
  expect(await startWithFolder(settings, chooseWords(['en']), start)).toBe('started in /data');
  expect(person.asked).toBe(0);
});

test('a folder that is gone can be replaced, and the choice is remembered', async () => {
  person.chooses = ['/data'];
  expect(await startWithFolder(settings, chooseWords(['en']), start)).toBe('started in /data');
  expect(settings.get().uploadFolder).toBe('/data');
});

test('it is asked in the language of the person', async () => {
  person.chooses = ['/data'];
  await startWithFolder(settings, chooseWords(['de']), start);
  expect(person.read).toEqual([
    'In den Upload-Ordner kann nicht geschrieben werden.', expect.stringMatching(/^\/media\/stick\/in\n\nLiegt er auf einem Laufwerk/),
    'Anderen Ordner wählen …', 'Beenden', 'Upload-Ordner wählen', 'Diesen Ordner verwenden',
  ]);
});

test.each([[1, ['/data']], [0, []]])('button %i and the choice %j: whoever wants none, quits', async (presses, chooses) => {
  Object.assign(person, { presses, chooses });
  expect(await startWithFolder(settings, chooseWords(['en']), start)).toBeNull();
  expect(settings.get().uploadFolder).toBe(GONE);
});

test('another failure is not the folder’s, and is not asked about', async () => {
  await expect(startWithFolder(settings, chooseWords(['en']), () => Promise.reject(new Failure('INTERNAL')))).rejects.toThrow();
  expect(person.asked).toBe(0);
});
