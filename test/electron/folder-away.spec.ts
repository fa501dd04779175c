import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { Application } from '../helpers/application.ts';
import { waitForUpload } from '../helpers/desktop-probe.ts';
import { listStaging, listTree } from '../helpers/disk.ts';
import { ENDLESS_BYTES } from '../helpers/send-probe.ts';
import { makeSparseFile } from '../helpers/sparse-file.ts';

let app: Application;
test.beforeEach(async () => {
  app = new Application();
  await app.start();
});
test.afterEach(() => app.dispose());

test('F8, H10: the window says that the folder is gone, until it is back; what is on its way survives both that and a shutdown', async () => {
  await makeSparseFile(app.inTemp('one.bin'), ENDLESS_BYTES);
  await app.drop([app.inTemp('one.bin')]);
  await waitForUpload(app.window, 'one.bin', 'receiving');

  const away = `${app.uploadFolder}-away`;
  const banner = app.window.getByText(`The folder ${app.uploadFolder} is not there. Plug the disk in again or choose another folder. Nothing is lost.`);
  await rename(app.uploadFolder, away);
  await expect(banner).toBeVisible();
  await expect(app.window.getByRole('button', { name: 'Choose another…' })).toBeVisible();
  await expect(stat(app.uploadFolder)).rejects.toMatchObject({ code: 'ENOENT' });
  // Another disk in its place is not taken for it.
  await mkdir(app.uploadFolder);
  await expect(banner).toBeVisible();
  expect(await listTree(app.uploadFolder)).toEqual(new Map());
  await rm(app.uploadFolder, { recursive: true });
  await rename(away, app.uploadFolder);
  await expect(banner).toBeHidden();
  await waitForUpload(app.window, 'one.bin', 'receiving');

  // Nobody answers a question while the computer shuts down.
  const startedMs = performance.now();
  await app.electron.evaluate(({ powerMonitor }) => void powerMonitor.emit('shutdown'));
  expect(await app.ended()).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(5000);
  expect([...(await listTree(app.uploadFolder)).keys()]).toEqual([]);
  expect((await listStaging(app.uploadFolder)).filter(({ name }) => name.endsWith('.part'))).toEqual([expect.objectContaining({ sizeBytes: expect.any(Number) })]);
});
