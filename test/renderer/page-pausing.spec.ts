import { expect, test, type Box } from './helpers/fixtures.ts';
import { enter, expectStored } from './helpers/guest-page.ts';

const MEGA = 1_000_000;
const SIZE = 16 * MEGA;
const SLACK_BYTES = 3 * MEGA;
const PATIENCE_MS = 30_000;
/** Nothing ends over this line while a test looks at it. */
const CRAWL_BYTES_PER_S = MEGA / 5;

test.describe.configure({ timeout: 90_000 });

async function receivedOf({ server }: Box, name: string): Promise<number> {
  return (await server.owner.records()).find((record) => record.name === name)?.received ?? 0;
}

test('one file is paused and resumed by its row, while the other goes on; nothing travels twice', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths = { 'film.mp4': await inbox.file('film.mp4', SIZE), 'clip.mp4': await inbox.file('clip.mp4', SIZE) };
  await guest.pick(...Object.values(paths));
  box.proxy.speed(3 * MEGA);
  await guest.send.click();
  await expect.poll(() => receivedOf(box, 'film.mp4'), { intervals: [50], timeout: PATIENCE_MS }).toBeGreaterThan(2 * MEGA);
  box.proxy.speed(CRAWL_BYTES_PER_S);
  await guest.row('film.mp4').getByRole('button', { name: 'Pause film.mp4' }).click();
  await expect(guest.row('film.mp4')).toContainText(/[1-9][\d.]* MB of 16 MB\s*Paused/);
  await expect(page.getByText('1 paused')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sending 2 videos');
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.row('clip.mp4')).toContainText('Verified', { timeout: PATIENCE_MS });
  // It has not ended, and says so.
  await expect(guest.verdict).toHaveText('1 video paused');
  await expect(page).toHaveTitle('Paused · Slipway');
  await expect(page.getByText('Nothing is lost.')).toBeVisible();
  await expect.poll(async () => (await box.server.owner.records()).find(({ name }) => name === 'film.mp4')?.state).toBe('interrupted');
  const held = await receivedOf(box, 'film.mp4');
  const before = box.proxy.carriedBytes();
  // While the server is asked what it has, for as long as two polls take: nobody has lost a connection.
  const states: string[] = [];
  await page.route('**/api/tus/**', async (route) => {
    if (states.length === 0) for (const _poll of [1, 2]) await page.waitForResponse(/\/api\/uploads\?/u);
    states.push(await guest.row('film.mp4').innerText());
    await route.continue();
  });
  await guest.row('film.mp4').getByRole('button', { name: 'Resume film.mp4' }).press('Enter');
  await expect(guest.verdict).toHaveText('All 2 videos arrived, every one verified', { timeout: PATIENCE_MS });
  expect(states[0]).toContain('Waiting');
  expect(box.proxy.carriedBytes() - before).toBeLessThan(SIZE - held + SLACK_BYTES);
  await expectStored(box, paths);
});

test('all are paused, resumed and cancelled by one button each, and said aloud', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(...await Promise.all([1, 2, 3].map((number) => inbox.file(`${number}.bin`, SIZE))));
  box.proxy.speed(2 * MEGA);
  await guest.send.click();
  await expect(guest.row('1.bin').getByRole('progressbar')).toBeVisible();
  await page.getByRole('button', { name: 'Pause all' }).click();
  await expect(guest.verdict).toHaveText('3 files paused');
  await expect(page.locator('[aria-live=polite]')).toHaveText('3 files paused.');
  await expect(page.getByRole('button', { name: 'Pause all' })).toHaveCount(0);
  // Paused files are still there to be counted, and no verdict is given.
  expect((await box.server.owner.records()).filter(({ state }) => state === 'stored' || state === 'cancelled')).toEqual([]);
  await page.getByRole('button', { name: 'Resume all' }).click();
  await expect(guest.row('1.bin').getByRole('progressbar')).toBeVisible();
  await expect(guest.verdict).toHaveText('Sending 3 files');
  await page.getByRole('button', { name: 'Pause all' }).click();
  await page.getByRole('button', { name: 'Cancel all' }).click();
  await expect(guest.verdict).toHaveText('Cancelled');
  await expect.poll(async () => (await box.server.owner.records()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  await expectStored(box, {});
});

test('the bar tells sent, stored and verified apart, in words too', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('small.jpg', 4 * MEGA), await inbox.file('large.jpg', SIZE));
  box.proxy.speed(2 * MEGA);
  await guest.send.click();
  await expect(guest.row('small.jpg')).toContainText('Verified', { timeout: PATIENCE_MS });
  box.proxy.speed(CRAWL_BYTES_PER_S);
  await expect(guest.progress).toHaveAttribute('aria-valuetext', /^[\d.]+ MB of 20 MB, Sent \d+%, Stored \d+%, Verified 20%$/);
  for (const word of [/^Sent \d+%$/, /^Stored \d+%$/, 'Verified 20%']) await expect(page.getByText(word)).toBeVisible();
  const spoken = await guest.progress.getAttribute('aria-valuetext') ?? '';
  const [sent = 0, stored = 0, verified = 0] = [...spoken.matchAll(/(\d+)%/g)].map(([, percent]) => Number(percent));
  expect(sent).toBeGreaterThanOrEqual(stored);
  expect(stored).toBeGreaterThanOrEqual(verified);
  // What the bar calls stored, the server must have.
  expect((await box.server.owner.records()).reduce((sum, { received }) => sum + received, 0)).toBeGreaterThanOrEqual((stored / 100) * 20 * MEGA);
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.verdict).toHaveText('All 2 photos arrived, every one verified', { timeout: PATIENCE_MS });
});

test('where nothing can be hashed the words are honest: stored, not verified', async ({ page, box, inbox }) => {
  await page.addInitScript(() => { Object.assign(window, { Worker: undefined }); });
  const guest = await enter(page, box);
  const paths = { 'a.jpg': await inbox.file('a.jpg', 1000), 'b.jpg': await inbox.file('b.jpg', 9 * MEGA) };
  await guest.pick(...Object.values(paths));
  await guest.send.click();
  await expect(guest.verdict).toHaveText('All 2 photos arrived', { timeout: PATIENCE_MS });
  await expect(page.getByText('Stored on the computer. You can close this page.')).toBeVisible();
  for (const name of ['a.jpg', 'b.jpg']) await expect(guest.row(name)).toContainText('Stored');
  await expectStored(box, paths);
});

test('the tab tells how it stands, in title and icon', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const icon = page.locator('link[rel=icon]');
  const plain = await icon.getAttribute('href');
  await guest.pick(await inbox.file('film.mp4', SIZE));
  await expect(icon).toHaveAttribute('href', plain ?? '');
  // Three steps of the icon, and then all the time that a busy machine needs for a click.
  box.proxy.speed(2 * MEGA);
  await guest.send.click();
  await expect(page).toHaveTitle(/^[1-9]\d?% · Slipway$/);
  const seen = new Set<string>();
  await expect.poll(async () => seen.add(await icon.getAttribute('href') ?? '').size).toBeGreaterThan(2);
  await page.getByRole('button', { name: 'Pause all' }).click();
  await expect(page).toHaveTitle('Paused · Slipway');
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await page.getByRole('button', { name: 'Resume all' }).click();
  await expect(page).toHaveTitle('Arrived · Slipway', { timeout: PATIENCE_MS });
  await expect(icon).toHaveAttribute('href', /^data:image\/png/);
  await guest.sendMore.click();
  await expect(icon).toHaveAttribute('href', plain ?? '');
});
