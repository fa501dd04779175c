import { TEST_CODE } from '../helpers/launch-server.ts';
import { expect, test } from './helpers/fixtures.ts';
import { enter, expectStored, guestPage } from './helpers/guest-page.ts';

test('the code of the QR lets in and leaves the address bar and the history', async ({ page, box }) => {
  // Held back until it is clear what stands there meanwhile: nothing to type a code into.
  let seen: Promise<void> | undefined;
  await page.route('**/api/session', async (route) => {
    await (seen ??= expect(page.getByText('Looking for the computer…')).toBeVisible());
    await route.continue();
  });
  await enter(page, box);
  await seen;
  expect(seen).toBeDefined();
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

test('the QR code lets in also after too many wrong codes; one of an earlier time says what to do', async ({ page, box }) => {
  const wrong = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code: 'WRONG1' }) };
  for (let tries = 0; tries < 5; tries += 1) await box.server.stranger.request('POST', '/api/session', wrong);
  const fragment = new URL(box.server.running.links[0] ?? '').hash;
  await page.goto(`${box.url}/${fragment.replace(/.{4}$/, 'AAAA')}`);
  await expect(page.getByRole('alert')).toContainText('This QR code is no longer valid.');
  await page.goto(`${box.url}/${fragment}`);
  await expect(guestPage(page).choose).toBeVisible();
  expect(page.url()).toBe(`${box.url}/`);
});

test('after too many wrong codes the page says how long to wait', async ({ page, box }) => {
  const wrong = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code: 'WRONG1' }) };
  for (let tries = 0; tries < 5; tries += 1) await box.server.stranger.request('POST', '/api/session', wrong);
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

test('what was refused for an older token, after a newer one came, is asked again', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('large.bin', 9_000_000);
  await guest.pick(path);
  const refusal = {
    status: 401, contentType: 'application/json',
    body: JSON.stringify({ error: { code: 'TOKEN_INVALID', message: 'No longer valid.', retryable: false, requestId: 'x' } }),
  };
  let answer401 = (): void => undefined;
  const held = new Promise<void>((resolve) => { answer401 = resolve; });
  let first = true;
  await page.route('**/api/batches', async (route) => {
    if (!first) return route.continue();
    first = false;
    await held;
    return route.fulfill(refusal);
  });
  const announced = page.waitForRequest('**/api/batches');
  await guest.send.click();
  await announced;
  await page.route('**/api/uploads*', (route) => route.fulfill(refusal));
  await expect(page.getByText('your list is still here')).toBeVisible();
  await page.unroute('**/api/uploads*');
  await page.getByLabel('Code').fill(TEST_CODE);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(guest.verdict).toHaveText('Sending 1 file');
  answer401();
  await expect(guest.verdict).toHaveText('Your file arrived, verified', { timeout: 20_000 });
  await expectStored(box, { 'large.bin': path });
});

test('a later visit is let in without a code, as the same sender; one with a token that is too old asks for it', async ({ page, context, box, inbox }) => {
  const send = async (at: typeof page, name: string): Promise<void> => {
    const guest = guestPage(at);
    await guest.pick(await inbox.file(name, 100));
    await guest.send.click();
    await expect(guest.verdict).toHaveText('Your file arrived, verified');
  };
  await enter(page, box);
  await send(page, 'one.txt');
  await page.close();
  const later = await context.newPage();
  await later.goto(box.url);
  await send(later, 'two.txt');
  await later.evaluate(() => {
    const stored = JSON.parse(localStorage.getItem('slipway-session') ?? '{}') as object;
    localStorage.setItem('slipway-session', JSON.stringify({ ...stored, expiresAtMs: Date.now() - 1 }));
  });
  await later.reload();
  await later.getByLabel('Code').fill(TEST_CODE);
  await later.getByLabel('Code').press('Enter');
  await send(later, 'three.txt');
  const senders = (await box.server.owner.records()).map(({ sender }) => sender.id);
  expect(senders).toHaveLength(3);
  expect(new Set(senders).size).toBe(1);
});

test('no answer is told, and trying again helps', async ({ page, box }) => {
  await page.route('**/api/server', (route) => route.abort());
  await page.goto(box.url);
  await expect(page.getByText('The computer does not answer.')).toBeVisible();
  await page.unroute('**/api/server');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByLabel('Code')).toBeVisible();
  // Who came by the QR code has nothing to type, and is not asked to.
  await page.route('**/api/session', (route) => route.abort());
  await page.goto('about:blank');
  await page.goto(`${box.url}/#${TEST_CODE}`);
  await expect(page.getByText('The computer does not answer.')).toBeVisible();
  await page.unroute('**/api/session');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(guestPage(page).choose).toBeVisible();
});
