import { mkdir, writeFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import type { MenuCommand } from '../../electron/contracts/bridge.ts';
import { Application } from '../helpers/application.ts';
import { waitForUpload } from '../helpers/desktop-probe.ts';

const app = new Application();
test.beforeAll(() => app.start());
test.afterAll(() => app.dispose());

async function choose(command: MenuCommand): Promise<void> {
  await app.electron.evaluate(({ Menu }, id) => {
    Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
  }, command);
}

async function pick(...paths: readonly string[]): Promise<void> {
  await app.electron.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: filePaths.length === 0, filePaths });
  }, [...paths]);
}

test('files and folders picked from the menu are sent, and what is finished can be cleared', async () => {
  await writeFile(app.inTemp('single.txt'), 'x');
  await mkdir(app.inTemp('folder'));
  await writeFile(app.inTemp('folder/inside.txt'), 'y');
  await pick(app.inTemp('single.txt'));
  await choose('pick-files');
  await waitForUpload(app.window, 'single.txt', 'stored');
  await pick(app.inTemp('folder'));
  await choose('pick-folder');
  expect(await waitForUpload(app.window, 'inside.txt', 'stored')).toMatchObject({ path: 'folder/inside.txt' });

  await expect(app.window.getByRole('group', { name: 'inside.txt, Verified' })).toBeVisible();
  await choose('clear-finished');
  await expect(app.window.getByRole('group', { name: '.txt' })).toHaveCount(0);
});

test('a dialog that is closed without a choice sends nothing', async () => {
  await pick();
  expect(await app.window.evaluate(() => window.desktop.pickAndSend('files'))).toEqual({ ok: true, value: null });
});

test('the menu turns receiving on and off', async () => {
  const theSwitch = app.window.getByRole('switch', { name: 'Receive from phones' });
  await choose('toggle-receive');
  await expect(theSwitch).toBeChecked();
  await choose('toggle-receive');
  await expect(theSwitch).not.toBeChecked();
});

test('J11: what arrived is shown in its folder, and only that', async () => {
  await app.electron.evaluate(({ shell }) => {
    const shown: string[] = [];
    Object.assign(globalThis, { shown });
    shell.showItemInFolder = (path) => void shown.push(path);
    shell.openPath = (path) => {
      shown.push(path);
      return Promise.resolve('');
    };
  });
  await writeFile(app.inTemp('shown.txt'), 'x');
  await app.drop([app.inTemp('shown.txt')]);
  const { id } = await waitForUpload(app.window, 'shown.txt', 'stored');
  expect(await app.window.evaluate((upload) => window.desktop.showInFolder(upload), id)).toEqual({ ok: true, value: null });
  expect(await app.window.evaluate(() => window.desktop.showInFolder(null))).toEqual({ ok: true, value: null });
  expect(await app.window.evaluate((path) => window.desktop.showInFolder(path), app.inTemp('shown.txt'))).toMatchObject({ ok: false });
  expect(await app.electron.evaluate(() => Reflect.get(globalThis, 'shown') as string[])).toEqual([`${app.uploadFolder}/shown.txt`, app.uploadFolder]);
});
