import { TEST_CODE } from '../helpers/launch-server.ts';
import { expect, test } from './helpers/fixtures.ts';
import { enter, expectStored, guestPage } from './helpers/guest-page.ts';

test('the code of the QR lets in and leaves the address bar and the history', async ({ page, box }) => {
  await enter(page, box);
  expect(page.url()).toBe(`${box.url}/`);
  expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
  await expect(page.getByRole('heading', { name: 'Send to Test computer' })).toBeVisible();
});

test('a reload stays in without a code', async ({ page, box }) => {
  const guest = await enter(page, box);
  await page.reload();
  await expect(guest.choose).toBeVisible();
});

test('a typed code may be in lower case, with spaces and dashes', async ({ page, box }) => {
  await page.goto(box.url);
  await page.getByLabel('Code').fill(' k7m-4 qx ');
  await page.getByLabel('Code').press('Enter');
  await expect(guestPage(page).choose).toBeVisible();
});

test('a wrong code says so and keeps the field ready', async ({ page, box }) => {
  await page.goto(box.url);
  await page.getByLabel('Code').fill('AAAAAA');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('alert')).toContainText('That code is not right');
  await expect(page.getByLabel('Code')).toBeFocused();
  await page.getByLabel('Code').fill(TEST_CODE);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(guestPage(page).choose).toBeVisible();
});

test('after too many wrong codes the page says how long to wait', async ({ page, box }) => {
  const wrong = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code: 'WRONG1' }) };
  for (let tries = 0; tries < 10; tries += 1) await box.server.stranger.request('POST', '/api/session', wrong);
  await page.goto(`${box.url}/#${TEST_CODE}`);
  await expect(page.getByRole('alert')).toContainText(/Too many wrong codes\. Try again in \d+ min/);
});

test.describe('a server that asks for no code', () => {
  test.use({ serverOptions: { code: null } });

  test('lets everybody in at once, each as a sender of their own', async ({ page, box, inbox }) => {
    await page.goto(box.url);
    const guest = guestPage(page);
    await guest.pick(await inbox.file('one.txt', 100));
    await guest.send.click();
    await expect(guest.verdict).toHaveText('Your file arrived, verified');
    const records = await box.server.owner.records();
    expect(records.map(({ sender }) => sender.kind)).toEqual(['page']);
  });
});

test('a refused token asks for the code again, and the picked list is still there', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('kept.bin', 5000);
  await guest.pick(path);
  await page.route('**/api/**', (route) => route.fulfill({
    status: 401, contentType: 'application/json',
    body: JSON.stringify({ error: { code: 'TOKEN_INVALID', message: 'No longer valid.', retryable: false, requestId: 'x' } }),
  }));
  await expect(page.getByText('your list is still here')).toBeVisible();
  await page.unroute('**/api/**');
  await page.getByLabel('Code').fill(TEST_CODE);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(guest.row('kept.bin')).toBeVisible();
  await guest.send.click();
  await expect(guest.verdict).toHaveText('Your file arrived, verified');
  await expectStored(box, { 'kept.bin': path });
});

test('no answer is told, and trying again helps', async ({ page, box }) => {
  await page.route('**/api/server', (route) => route.abort());
  await page.goto(box.url);
  await expect(page.getByText('The computer does not answer.')).toBeVisible();
  await page.unroute('**/api/server');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByLabel('Code')).toBeVisible();
});
