import { expectNoted } from './helpers/expect-noted.ts';
import { expect, test } from './helpers/fixtures.ts';
import { enter, expectStored } from './helpers/guest-page.ts';
import { CRAWL_BYTES_PER_S, FILM_BYTES, PATIENCE_MS, sendSome } from './helpers/send-some.ts';

test.describe.configure({ timeout: 120_000 });

test('forgetting cancels them on the server and on this device', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('film.mp4', FILM_BYTES));
  await sendSome({ box, guest, page });
  await page.reload();
  await page.getByRole('button', { name: 'Forget it' }).click();
  await expect(guest.choose).toBeVisible();
  await expect.poll(async () => (await box.server.owner.records()).map(({ state }) => state)).toEqual(['cancelled']);
  await expectStored(box, {});
  await page.reload();
  await expect(guest.choose).toBeVisible();
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('slipway-unfinished')))).toEqual([]);
});

test('what arrived while nobody looked is said to have arrived', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', FILM_BYTES);
  await guest.pick(path);
  await sendSome({ box, guest, page });
  box.proxy.speed(CRAWL_BYTES_PER_S);
  await expectNoted(page);
  // As in a page that is killed before it hears how it ended: its note stays as it was.
  await page.evaluate(() => {
    Storage.prototype.removeItem = () => undefined;
  });
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  await page.reload();
  await expect(page.getByText('1 file of your last visit arrived in the meantime.')).toBeVisible();
  await expect(guest.choose).toBeVisible();
  await expectStored(box, { 'film.mp4': path });
});

test('with storage switched off everything works as far as it can', async ({ page, box, inbox }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('Denied', 'SecurityError'); } });
  });
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', FILM_BYTES);
  await guest.pick(path);
  await sendSome({ box, guest, page });
  box.proxy.speed(CRAWL_BYTES_PER_S);
  // Nothing is remembered, so leaving costs something and is asked about.
  const asked = page.waitForEvent('dialog');
  await page.close({ runBeforeUnload: true });
  await (await asked).dismiss();
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  await expectStored(box, { 'film.mp4': path });
});

test('leaving while only large files are under way does not ask: nothing is lost', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('film.mp4', FILM_BYTES));
  await sendSome({ box, guest, page });
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
});
