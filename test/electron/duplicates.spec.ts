import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { Application } from '../helpers/application.ts';
import { waitForUpload } from '../helpers/desktop-probe.ts';

const app = new Application();
test.beforeAll(() => app.start());
test.afterAll(() => app.dispose());

test('F14: what the owner sets holds for the next drop, and is written down', async () => {
  await writeFile(`${app.uploadFolder}/a.txt`, 'old');
  await writeFile(app.inTemp('a.txt'), 'new');
  await app.window.getByRole('button', { name: 'Same names…' }).click();
  await app.window.getByLabel('If a name exists already').selectOption('Replace');
  await app.window.getByLabel('Guests may choose').check();
  await app.window.keyboard.press('Escape');
  await app.drop([app.inTemp('a.txt')]);
  expect(await waitForUpload(app.window, 'a.txt', 'stored')).toMatchObject({ path: 'a.txt', replaced: true });
  expect(await readFile(`${app.uploadFolder}/a.txt`, 'utf8')).toBe('new');
  await expect(app.window.getByText('Replaced an older file')).toBeVisible();
  await expect.poll(async () => JSON.parse(await readFile(`${app.userData}/settings.json`, 'utf8')) as unknown)
    .toMatchObject({ duplicates: { policy: 'replace', guestsChoose: true } });
});

test('what makes no sense is refused, and nothing changes', async () => {
  const before = await app.window.evaluate(() => window.desktop.getSettings());
  for (const rules of [{ policy: 'overwrite', guestsChoose: true }, { policy: 'replace' }, null]) {
    const answer = await app.window.evaluate((ask) => window.desktop.setDuplicates(ask as never), rules);
    expect(answer).toMatchObject({ ok: false, failure: { code: 'BRIDGE_REQUEST_DENIED' } });
  }
  expect(await app.window.evaluate(() => window.desktop.getSettings())).toEqual(before);
});
