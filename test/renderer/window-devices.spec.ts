import type { Locator, Page } from '@playwright/test';
import { LAPTOP, listDevices, PHONE } from '../helpers/devices.ts';
import { buildForm, file } from '../helpers/multipart.ts';
import { startSession } from '../helpers/session.ts';
import { expect, test } from './helpers/fixtures.ts';
import { openWindow } from './helpers/window-bridge.ts';

test.use({ face: 'window', viewport: { width: 1000, height: 700 } });

function row(page: Page, name: string): Locator {
  return page.getByRole('main', { name: 'Devices' }).getByRole('listitem').filter({ hasText: name });
}

test('the devices that were let in are listed, sent away after a question, kept out and taken off the list, by keyboard too', async ({ page, box }) => {
  await openWindow(page, box);
  const open = page.getByRole('button', { name: 'Devices', exact: true });
  await open.click();
  await expect(open).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByText('Nobody was let in yet')).toBeVisible();

  const phone = await startSession(box.server, PHONE.agent);
  const laptop = await startSession(box.server, LAPTOP.agent);
  await phone.send(buildForm([file('one.txt', '1'), file('two.txt', '2')]));
  await box.server.guest.request('GET', '/api/uploads', { headers: { 'user-agent': '<b>evil</b>' } });
  await page.evaluate(() => { window.bridgeControls.pushDevices(); });
  await expect(row(page, PHONE.name)).toContainText(/Here now.*First: Today.*2 files arrived/);
  await expect(page.getByRole('main', { name: 'Devices' }).getByRole('listitem')).toHaveCount(3);

  const leave = page.getByRole('dialog', { name: `End the access of ${PHONE.name}?` });
  await page.getByRole('button', { name: `End the access of ${PHONE.name}` }).click();
  await expect(leave).toContainText('Files that have arrived stay.');
  await expect(leave.getByRole('button', { name: 'Leave it' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(leave).toHaveCount(0);
  await expect(page.getByRole('main', { name: 'Devices' })).toBeVisible();
  expect((await phone.request('GET', '/api/uploads')).status).toBe(200);

  await page.getByRole('button', { name: `End the access of ${PHONE.name}` }).click();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(row(page, PHONE.name)).toContainText('Access ended');
  expect((await phone.request('GET', '/api/uploads')).status).toBe(401);

  await page.getByRole('combobox', { name: `What ${LAPTOP.name} may do` }).selectOption('Never allow');
  await expect(row(page, LAPTOP.name)).toContainText('Kept out');
  await expect(row(page, LAPTOP.name).getByRole('button')).toHaveCount(0);
  expect((await laptop.request('GET', '/api/uploads')).status).toBe(403);

  await page.getByRole('button', { name: `Remove ${PHONE.name} from the list` }).click();
  await expect(row(page, PHONE.name)).toHaveCount(0);
  expect((await listDevices(box.server.owner)).map(({ name }) => name)).not.toContain(PHONE.name);
  await page.keyboard.press('Escape');
  await expect(open).toHaveAttribute('aria-pressed', 'false');
});
