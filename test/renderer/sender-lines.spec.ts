import type { Page } from '@playwright/test';
import { expect, test, type Box } from './helpers/fixtures.ts';
import { enter, expectStored } from './helpers/guest-page.ts';
import { tapUploads } from './helpers/tap-uploads.ts';

const MEGA = 1_000_000;
const MEBI = 1 << 20;
const PATIENCE_MS = 45_000;
const POLLS = '**/api/uploads?*';

test.describe.configure({ timeout: 120_000 });

/** Runs in the page. */
function stopPolls(): void {
  const { fetch } = window;
  window.fetch = (input, init) => (typeof input === 'string' && input.startsWith('/api/uploads?') ? Promise.reject(new TypeError('No polls')) : fetch(input, init));
}

/** No line is slow for a page whose clock stands still, however busy the machine is. */
async function stopClock(page: Page): Promise<void> {
  await page.clock.pauseAt(Date.now() + 60_000);
}

async function expectStoredOnServer({ server }: Box, names: readonly string[]): Promise<void> {
  const stored = async (): Promise<readonly string[]> => (await server.owner.records()).flatMap(({ name, state }) => (state === 'stored' ? [name] : [])).sort();
  await expect.poll(stored, { timeout: PATIENCE_MS }).toEqual(names);
}

async function signsSeen(page: Page): Promise<number> {
  return page.evaluate(() => window.uploadTap.signs);
}

async function sizesSent(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => window.uploadTap.sizes);
}

test('a WebKit browser gets pieces of 8 MiB from memory, and all arrives', async ({ page, box, inbox }) => {
  await page.addInitScript(() => { Object.defineProperty(Navigator.prototype, 'vendor', { get: () => 'Apple Computer, Inc.' }); });
  await tapUploads(page);
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', 40 * MEGA);
  await guest.pick(path);
  await guest.send.click();
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  await expectStored(box, { 'film.mp4': path });
  const sizes = await sizesSent(page);
  expect(sizes.slice(0, 4)).toEqual([8 * MEBI, 8 * MEBI, 8 * MEBI, 8 * MEBI]);
  expect(Math.max(...sizes)).toBe(8 * MEBI);
});

test('in other browsers all of a file goes in one request, and after a cut all that is left of it', async ({ page, box, inbox }) => {
  await tapUploads(page);
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', 40 * MEGA);
  await guest.pick(path);
  box.proxy.cutAfter(20 * MEGA, 'once');
  await guest.send.click();
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  await expectStored(box, { 'film.mp4': path });
  // The hash may follow in an empty one.
  const [whole, ...later] = (await sizesSent(page)).filter((bytes) => bytes > 0);
  expect(whole).toBe(40 * MEGA);
  expect(later).toHaveLength(1);
  expect(later[0]).toBeLessThan(30 * MEGA);
});

test('what has left the browser is told apart from what has arrived', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('film.mp4', 24 * MEGA));
  // The line takes more than it brings on: what has left lies in its buffers.
  box.proxy.hangAfter(MEGA);
  await guest.send.click();
  const shown = async (layer: string): Promise<number> =>
    guest.progress.locator(`[data-layer=${layer}]`).evaluate((element) => 100 + Number(/-?[\d.]+/.exec((element as HTMLElement).style.transform)?.[0] ?? Number.NaN));
  // The browser tells less often what has left than the server what has arrived.
  await expect.poll(async () => (await shown('sent')) - (await shown('stored'))).toBeGreaterThan(0);
  // First what is shown: more may arrive before the server is asked.
  const stored = await shown('stored');
  const received = Math.max(...(await box.server.owner.records()).map((record) => record.received));
  expect(stored).toBeLessThanOrEqual((received / (24 * MEGA)) * 100 + 0.01);
  expect(await shown('sent')).toBeGreaterThan(await shown('stored'));
});

/** Long before the sender would give up by itself, it asks what the server has. */
function asksAgain(page: Page): Promise<unknown> {
  return page.waitForRequest((request) => request.method() === 'HEAD' || request.url().endsWith('/api/batches'), { timeout: 8000 });
}

async function comeBack(page: Page): Promise<void> {
  await page.evaluate(() => { document.dispatchEvent(new Event('visibilitychange')); });
}

for (const { kind, size } of [{ kind: 'small', size: 7 * MEGA }, { kind: 'large', size: 12 * MEGA }]) {
  test(`a ${kind} file whose line went dead is taken up again as soon as the person is back`, async ({ page, box, inbox }) => {
    await page.clock.install();
    const guest = await enter(page, box);
    const path = await inbox.file('file.bin', size);
    await guest.pick(path);
    box.proxy.hangAfter(MEGA);
    await guest.send.click();
    await expect(guest.row('file.bin').getByRole('progressbar')).toBeVisible();
    // All that came before the line went dead, and the page has heard of it: later news would be a sign of life.
    await expect.poll(async () => (await box.server.owner.records()).some(({ received }) => received > MEGA - MEBI / 16)).toBe(true);
    for (const _poll of [1, 2]) await page.waitForResponse(POLLS);
    await page.clock.fastForward(6000);
    await expect(guest.row('file.bin').getByRole('progressbar')).toBeVisible();
    box.proxy.hangAfter(Number.POSITIVE_INFINITY);
    const asked = asksAgain(page);
    await comeBack(page);
    // At the latest when it stays silent for another moment.
    await page.clock.fastForward(5000);
    await asked;
    box.proxy.breakDown();
    box.proxy.mend();
    await page.clock.fastForward(5000);
    await expect(guest.verdict).toHaveText('Your file arrived, verified', { timeout: PATIENCE_MS });
    await expectStored(box, { 'file.bin': path });
  });
}

test('what is heard first when the person is back may be of before, and does not pass for a living line', async ({ page, box, inbox }) => {
  await page.clock.install();
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('photo.jpg', 7 * MEGA));
  box.proxy.hangAfter(MEGA);
  let answer = (): void => undefined;
  const released = new Promise<void>((resolve) => { answer = resolve; });
  await page.route(POLLS, async (route) => {
    const response = await route.fetch();
    await released;
    await route.fulfill({ response });
  });
  await guest.send.click();
  await expect.poll(async () => (await box.server.owner.records()).some(({ received }) => received > 0)).toBe(true);
  const asked = asksAgain(page);
  await comeBack(page);
  answer();
  await page.waitForResponse(POLLS);
  await expect(guest.row('photo.jpg').getByRole('progressbar')).toBeVisible();
  await page.clock.fastForward(5000);
  await asked;
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a large file on a slow line is not taken for dead where nobody polls', async ({ page, box, inbox }) => {
  await tapUploads(page);
  await page.addInitScript(stopPolls);
  await page.clock.install();
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', 9 * MEGA);
  await guest.pick(path);
  await stopClock(page);
  // From the start: sockets that were read fast keep so much room that they swallow most of it.
  box.proxy.speed(MEGA);
  await guest.send.click();
  // Together longer than the sender waits for a sign of life.
  for (let times = 0; times < 2; times += 1) {
    const signs = await signsSeen(page);
    await expect.poll(() => signsSeen(page), { intervals: [50], timeout: PATIENCE_MS }).toBeGreaterThan(signs);
    await page.clock.fastForward(20_000);
  }
  expect(await sizesSent(page)).toEqual([9 * MEGA]);
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expectStoredOnServer(box, ['film.mp4']);
  // Nothing was broken off and sent again.
  expect((await sizesSent(page)).reduce((sum, bytes) => sum + bytes, 0)).toBe(9 * MEGA);
});
