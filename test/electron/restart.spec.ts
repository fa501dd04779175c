import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { Application } from '../helpers/application.ts';
import { waitForUpload } from '../helpers/desktop-probe.ts';
import { listTree } from '../helpers/disk.ts';
import { USUAL_SETTINGS } from '../helpers/usual-settings.ts';

let app: Application;
test.beforeEach(async () => {
  app = new Application();
  await app.start();
});
test.afterEach(() => app.dispose());

const readBounds = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());

test('the chosen upload folder and the place of the window are kept over a restart', async () => {
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
  await app.restart();

  expect(await readBounds()).toEqual(bounds);
  expect(await app.window.evaluate(() => window.desktop.getSettings())).toEqual({ uploadFolder: chosen, ...USUAL_SETTINGS });
  await writeFile(app.inTemp('second.txt'), 'two');
  await app.drop([app.inTemp('second.txt')]);
  await waitForUpload(app.window, 'second.txt', 'stored');
  expect([...(await listTree(chosen)).keys()].sort()).toEqual(['first.txt', 'second.txt']);
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
