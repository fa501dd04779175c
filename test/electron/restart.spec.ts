import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { Application } from '../helpers/application.ts';
import { waitForUpload } from '../helpers/desktop-probe.ts';
import { listTree } from '../helpers/disk.ts';
import { ENDLESS_BYTES } from '../helpers/send-probe.ts';
import { makeSparseFile } from '../helpers/sparse-file.ts';
import { USUAL_SETTINGS } from '../helpers/usual-settings.ts';

let app: Application;
test.beforeEach(async () => {
  app = new Application();
  await app.start();
});
test.afterEach(() => app.dispose());

const readBounds = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());

/** Answers every dialog with its last button, or nothing, and notes its words. */
async function noteDialogs(): Promise<() => Promise<unknown>> {
  await app.electron.evaluate(({ dialog }) => {
    const noted: unknown[] = [];
    Object.assign(globalThis, { noted });
    dialog.showOpenDialog = (...asked: unknown[]) => {
      noted.push(asked.at(-1));
      return Promise.resolve({ canceled: true, filePaths: [] });
    };
    dialog.showMessageBox = (...asked: unknown[]) => {
      noted.push(asked.at(-1));
      return Promise.resolve({ response: 0, checkboxChecked: false });
    };
  });
  return () => app.electron.evaluate(() => (Reflect.get(globalThis, 'noted') as unknown[]).at(-1));
}

/** Every item of the menu: its words, its role, and its id. */
const readMenu = () => app.electron.evaluate(({ Menu }) => (Menu.getApplicationMenu()?.items ?? []).map(({ label, submenu }) => ({
  title: label, items: (submenu?.items ?? []).filter(({ type }) => type !== 'separator').map((item) => ({ label: item.label, does: (item.role as string | undefined) ?? item.id })),
})));

/** On the way of a real key: first to the page, then to the menu. Playwright's own keys end in the page. */
async function press(keyCode: string, ...modifiers: readonly ('control' | 'shift')[]): Promise<void> {
  await expect.poll(() => app.electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    window?.focus();
    return window?.isFocused();
  })).toBe(true);
  await app.electron.evaluate(({ BrowserWindow }, key) => {
    const [window] = BrowserWindow.getAllWindows();
    for (const type of ['keyDown', 'keyUp'] as const) window?.webContents.sendInputEvent({ type, keyCode: key.keyCode, modifiers: [...key.modifiers] });
  }, { keyCode, modifiers });
}

async function expectGerman(): Promise<void> {
  const { window } = app;
  expect(await window.evaluate(() => document.documentElement.lang)).toBe('de');
  const menu = await readMenu();
  expect(menu.map(({ title }) => title)).toEqual(['&Datei', '&Bearbeiten', '&Ansicht', '&Fenster']);
  const words = new Map(menu.flatMap(({ items }) => items).map(({ label, does }) => [does.toLowerCase(), label]));
  expect(Object.fromEntries(words)).toMatchObject({ 'pick-files': 'Dateien senden …', quit: 'Slipway beenden', undo: 'Rückgängig', togglefullscreen: 'Vollbild ein/aus', close: 'Fenster schließen' });
  for (const id of ['toggle-history', 'toggle-devices']) await expect(window.getByRole('button', { name: words.get(id) ?? '', exact: true })).toBeVisible();
  await expect(window.getByRole('switch', { name: words.get('toggle-receive') ?? '' })).toBeVisible();

  // Keys and roles are those of every language.
  await press('H', 'control', 'shift');
  await expect(window.getByRole('main', { name: 'Verlauf' })).toBeVisible();
  await press('H', 'control', 'shift');
  const zoom = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomLevel() ?? 0);
  await press('-', 'control');
  await expect.poll(zoom).toBeLessThan(0);
  await press('0', 'control');
  await expect.poll(zoom).toBe(0);

  const lastDialog = await noteDialogs();
  await window.getByRole('button', { name: 'Ändern …' }).click();
  await expect.poll(lastDialog).toMatchObject({ title: 'Upload-Ordner wählen', buttonLabel: 'Diesen Ordner verwenden' });
  await makeSparseFile(app.inTemp('endless.bin'), ENDLESS_BYTES);
  await app.drop([app.inTemp('endless.bin')]);
  await waitForUpload(window, 'endless.bin', 'receiving');
  await app.electron.evaluate(({ app: electronApp }) => electronApp.quit());
  await expect.poll(lastDialog).toMatchObject({
    message: '1 Datei wird noch gesendet oder empfangen.', detail: 'Sie geht weiter, sobald Sie Slipway wieder öffnen.', buttons: ['Weitermachen', 'Beenden'],
  });
}

test('the chosen upload folder and the place of the window are kept over a restart, also into another language, which menu and dialogs speak then too', async () => {
  const chosen = app.inTemp('chosen');
  await mkdir(chosen);
  await app.electron.evaluate(({ dialog }, folder) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] });
  }, chosen);
  await app.window.getByRole('button', { name: /Change/ }).click();
  await expect(app.window.getByText(chosen)).toBeVisible();
  await writeFile(app.inTemp('first.txt'), 'one');
  await app.drop([app.inTemp('first.txt')]);
  await waitForUpload(app.window, 'first.txt', 'stored');

  const bounds = { x: 120, y: 90, width: 820, height: 610 };
  await app.electron.evaluate(({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted), bounds);
  await expect.poll(readBounds).toEqual(bounds);
  await app.restart({ LANGUAGE: 'de' });

  expect(await readBounds()).toEqual(bounds);
  expect(await app.window.evaluate(() => window.desktop.getSettings())).toEqual({ uploadFolder: chosen, ...USUAL_SETTINGS });
  await writeFile(app.inTemp('second.txt'), 'two');
  await app.drop([app.inTemp('second.txt')]);
  await waitForUpload(app.window, 'second.txt', 'stored');
  expect([...(await listTree(chosen)).keys()].sort()).toEqual(['first.txt', 'second.txt']);
  await expectGerman();
});

test('a folder that cannot be written to is refused, and the old one stays', async () => {
  const notAFolder = app.inTemp('file');
  await writeFile(notAFolder, 'x');
  await app.electron.evaluate(({ dialog }, folder) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] });
  }, notAFolder);
  expect(await app.window.evaluate(() => window.desktop.chooseUploadFolder())).toMatchObject({ ok: false, failure: { code: 'FOLDER_NOT_WRITABLE' } });
  expect(await app.window.evaluate(() => window.desktop.getSettings())).toEqual({ uploadFolder: app.uploadFolder, ...USUAL_SETTINGS });
});

test('broken settings are kept aside and the app starts with the usual ones', async () => {
  const file = path.join(app.userData, 'settings.json');
  await app.stop();
  await writeFile(file, '{"uploadFolder": "/nowh');
  const home = app.inTemp('home');
  await mkdir(home);
  await app.start({ HOME: home });
  expect(await app.window.evaluate(() => window.desktop.getSettings())).toEqual({ uploadFolder: path.join(home, 'Slipway'), ...USUAL_SETTINGS });
  expect(await readFile(`${file}.broken`, 'utf8')).toBe('{"uploadFolder": "/nowh');
});
