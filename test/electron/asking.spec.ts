import path from 'node:path';
import { expect, test } from '@playwright/test';
import { Application } from '../helpers/application.ts';
import { PHONE } from '../helpers/devices.ts';
import { hashFile } from '../helpers/disk.ts';
import { expectRefusal } from '../helpers/expect-refusal.ts';
import { announced, buildAnnouncedForm } from '../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { startSession } from '../helpers/session.ts';

const app = new Application();
test.beforeEach(() => app.start());
test.afterEach(() => app.dispose());

test('a guest is asked about, allowed once by keyboard, listed, and sent away; its bytes come after the yes and not before', async () => {
  const { window: page } = app;
  const devices = page.getByRole('button', { name: 'Devices', exact: true });
  await devices.click();
  await expect(page.getByText('Nobody was let in yet')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Ask me before a new device sends' }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('switch', { name: 'Receive from phones' }).click();
  await expect(page.getByText('Waiting for the first device')).toBeVisible();
  const state = await page.evaluate(() => window.desktop.getReceive());
  if (!state.on) throw new Error('The switch is off.');

  const guest = await startSession({ url: state.addresses[0] ?? '' }, PHONE.agent, undefined, state.code);
  const photo = announced('photo.jpg', sampleBytes(300_000));
  const send = () => guest.post('/api/uploads', buildAnnouncedForm([photo]), { 'X-Progress-ID': 'holiday' });
  expectRefusal(await send(), 403, 'APPROVAL_NEEDED');
  const question = page.getByRole('alertdialog', { name: `${PHONE.name} wants to send files (300 kB)` });
  await expect(question).toBeVisible();
  // Not in its first moment: a press that was meant for something else is no yes.
  await expect(question.getByRole('button', { name: 'Allow once' })).toBeEnabled();
  await question.focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(question).toHaveCount(0);
  expect((await send()).status).toBe(201);
  expect(await hashFile(path.join(app.uploadFolder, 'photo.jpg'))).toBe(sha256(Buffer.from(photo.content)));

  await devices.click();
  const row = page.getByRole('main', { name: 'Devices' }).getByRole('listitem');
  await expect(row).toContainText(new RegExp(`${PHONE.name.replace(/[()]/gu, '\\$&')}.*1 file arrived`, 'u'));
  await row.getByRole('button', { name: `End the access of ${PHONE.name}` }).press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'End access' }).press('Enter');
  await expect(row).toContainText('Access ended');
  expectRefusal(await send(), 401, 'TOKEN_REVOKED');
});
