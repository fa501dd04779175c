import { writeFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { Application } from '../helpers/application.ts';
import { waitForUpload } from '../helpers/desktop-probe.ts';

let app: Application;
test.beforeEach(async () => {
  app = new Application();
  await app.start();
});
test.afterEach(() => app.dispose());

test('after kill -9 and a new start the history has what arrived, and shows it in its folder', async () => {
  await writeFile(app.inTemp('kept.txt'), 'kept');
  await app.drop([app.inTemp('kept.txt')]);
  await waitForUpload(app.window, 'kept.txt', 'stored');
  app.signal('SIGKILL');
  await app.ended();
  await app.start();
  await app.window.getByRole('button', { name: 'History', exact: true }).click();
  await expect(app.window.getByRole('main', { name: 'History' }).getByTitle('kept.txt', { exact: true })).toBeVisible();
  await expect(app.window.getByText('Recovered')).toHaveCount(0);
  await app.electron.evaluate(({ shell }) => {
    shell.showItemInFolder = (path) => void Object.assign(globalThis, { shown: path });
  });
  await app.window.getByRole('button', { name: 'Show kept.txt in its folder' }).click();
  await expect.poll(() => app.electron.evaluate(() => Reflect.get(globalThis, 'shown') as unknown)).toBe(`${app.uploadFolder}/kept.txt`);
});
