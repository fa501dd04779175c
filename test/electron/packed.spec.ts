import { mkdir, writeFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { Application } from '../helpers/application.ts';
import { bridgedFetch, waitForUpload } from '../helpers/desktop-probe.ts';
import { listTree } from '../helpers/disk.ts';
import { findPackedApp } from '../helpers/packed-app.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { USUAL_SETTINGS } from '../helpers/usual-settings.ts';

let app: Application;
test.beforeEach(async () => {
  app = new Application({ packed: findPackedApp() });
  await app.start();
});
test.afterEach(() => app.dispose());

test('the packed app takes a drop, stores it, and remembers its window over a restart', async () => {
  expect(await app.electron.evaluate(({ app: electronApp }) => electronApp.isPackaged)).toBe(true);
  const photo = sampleBytes(2_500_000, 1);
  await mkdir(app.inTemp('Holiday'));
  await writeFile(app.inTemp('Holiday/photo.jpg'), photo);
  await writeFile(app.inTemp('Holiday/note.txt'), 'hello');
  await app.drop([app.inTemp('Holiday')]);
  for (const name of ['photo.jpg', 'note.txt']) {
    await waitForUpload(app.window, name, 'stored');
    await expect(app.window.getByRole('group', { name: `${name}, Verified` })).toBeVisible();
  }
  expect(Object.fromEntries(await listTree(app.uploadFolder))).toEqual({ 'Holiday/note.txt': sha256('hello'), 'Holiday/photo.jpg': sha256(photo) });

  const bounds = { x: 100, y: 80, width: 800, height: 600 };
  await app.electron.evaluate(({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted), bounds);
  await app.restart();
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toEqual(bounds);
  expect(await app.window.evaluate(() => window.desktop.getSettings())).toEqual({ uploadFolder: app.uploadFolder, ...USUAL_SETTINGS });
});

test('the packed app serves the page to phones, from inside its archive', async () => {
  await app.window.getByRole('switch', { name: 'Receive from phones' }).click();
  await expect(app.window.getByText('Waiting for the first device')).toBeVisible();
  const state = await app.window.evaluate(() => window.desktop.getReceive());
  if (!state.on) throw new Error('The switch is off.');
  const page = await fetch(state.addresses[0] ?? '');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<script');
  expect(await bridgedFetch(app.window, { path: '/api/server' })).toMatchObject({ ok: true, response: { status: 200 } });
});

test('J12: the packed app has no developer tools in its menu', async () => {
  const roles = await app.electron.evaluate(({ Menu }) =>
    Menu.getApplicationMenu()?.items.flatMap((item) => item.submenu?.items.map((entry) => entry.role?.toLowerCase() ?? '') ?? []) ?? []);
  expect(roles).toContain('zoomin');
  expect(roles).not.toContain('toggledevtools');
});
