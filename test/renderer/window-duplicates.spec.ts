import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildForm, file } from '../helpers/multipart.ts';
import { expect, test } from './helpers/fixtures.ts';
import { bridgeCalls, openWindow } from './helpers/window-bridge.ts';

test.use({ face: 'window', viewport: { width: 1000, height: 700 }, serverOptions: { duplicates: { policy: 'keep-both', guestsChoose: true } } });

test('the owner decides about same names by keyboard, and every change is told at once', async ({ page, box }) => {
  await openWindow(page, box);
  const button = page.getByRole('button', { name: 'Same names…' });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nothing is overwritten.')).toBeVisible();
  await page.getByLabel('If a name exists already').selectOption('Replace');
  await expect(page.getByText('which is gone then')).toBeVisible();
  await page.getByLabel('Guests may choose').check();
  expect(await bridgeCalls(page)).toEqual(['setDuplicates {"policy":"replace","guestsChoose":false}', 'setDuplicates {"policy":"replace","guestsChoose":true}']);
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('If a name exists already')).toBeHidden();
  await expect(button).toBeFocused();
});

test('a row says what became of a name that existed, and a batch how much was there', async ({ page, box }) => {
  await writeFile(join(box.server.folder, 'a.txt'), 'same');
  await openWindow(page, box);
  const send = (policy: string, content: string) => box.server.guest.post(`/api/uploads?duplicates=${policy}`, buildForm([file('a.txt', content)]));
  await send('skip-same', 'same');
  await expect(page.getByText('was there already', { exact: false }).first()).toBeVisible();
  await expect(page.getByText('Was there already', { exact: true })).toBeVisible();
  await send('replace', 'new');
  await expect(page.getByText('Replaced an older file')).toBeVisible();
  await expect(page.getByText('Replaced by a newer file')).toBeVisible();
});
