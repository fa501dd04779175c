import { utimes } from 'node:fs/promises';
import type { BrowserContext, Page } from '@playwright/test';
import { TEST_CODE } from '../helpers/launch-server.ts';
import { dropPaths } from './helpers/drop-paths.ts';
import { expect, test, type Box } from './helpers/fixtures.ts';
import { enter, expectStored, guestPage, type GuestPage } from './helpers/guest-page.ts';

const MEGA = 1_000_000;
const SIZE = 16 * MEGA;
/** What is said besides. */
const TALK_BYTES = MEGA / 2;
const PATIENCE_MS = 30_000;

test.describe.configure({ timeout: 120_000 });

/**
 * Sends slowly until the server has some of it on disk: so little that what lies in the line's buffers is not all of a piece, or the
 * server would wait for the next one.
 */
async function sendSome({ box, guest, page }: { readonly box: Box; readonly guest: GuestPage; readonly page: Page }): Promise<void> {
  box.proxy.speed(4 * MEGA);
  await guest.send.click();
  await expect.poll(async () => (await box.server.owner.records()).some(({ received }) => received > MEGA), { intervals: [50], timeout: PATIENCE_MS }).toBe(true);
  // Noted a second later at the latest, and in any case when the page goes.
  await expect(page.getByText('Sending')).not.toHaveCount(0);
}

async function arrivedBytes({ server }: Box): Promise<number> {
  return (await server.owner.records()).reduce((sum, { received }) => sum + received, 0);
}

/** Once no connection is left that still brings bytes. */
async function settledBytes(box: Box): Promise<number> {
  await expect.poll(async () => (await box.server.owner.records()).every(({ state }) => state !== 'receiving'), { intervals: [50], timeout: PATIENCE_MS }).toBe(true);
  return arrivedBytes(box);
}

test('after a reload the page asks for exactly what is unfinished, and only the missing bytes travel', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths = { 'film.mp4': await inbox.file('film.mp4', SIZE), 'other.txt': await inbox.file('other.txt', 500) };
  await guest.pick(paths['film.mp4']);
  await sendSome({ box, guest, page });
  await page.reload();
  await expect(guest.verdict).toHaveText('1 video did not finish');
  await expect(guest.row('film.mp4')).toContainText(/\d MB of 16 MB/);
  const held = await settledBytes(box);
  expect(held).toBeGreaterThan(MEGA);
  box.proxy.speed(Number.POSITIVE_INFINITY);
  const before = box.proxy.carriedBytes();
  // Together with another file, which is simply added.
  await guest.pick(paths['film.mp4'], paths['other.txt']);
  await expect(guest.row('film.mp4')).toContainText(/Stored|Verified/, { timeout: PATIENCE_MS });
  expect(box.proxy.carriedBytes() - before).toBeLessThan(SIZE - held + TALK_BYTES);
  await guest.send.click();
  await expect(guest.verdict).toHaveText('All 2 files arrived, every one verified');
  await expectStored(box, paths);
  // One record: it went on, and did not begin anew.
  expect((await box.server.owner.records()).map(({ name }) => name).sort()).toEqual(['film.mp4', 'other.txt']);
  await page.reload();
  await expect(guest.choose).toBeVisible();
});

test('a closed tab is remembered by the next one, without a code, and a drop of the folder goes on too', async ({ page, context, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('Trip/film.mp4', SIZE);
  await guest.pickFolder(`${inbox.folder}/Trip`);
  await sendSome({ box, guest, page });
  await page.close();
  const later = await context.newPage();
  await later.goto(box.url);
  const now = guestPage(later);
  await expect(now.verdict).toHaveText('1 video did not finish');
  await expect(now.row('film.mp4')).toContainText('Trip');
  const held = await settledBytes(box);
  box.proxy.speed(Number.POSITIVE_INFINITY);
  const before = box.proxy.carriedBytes();
  await dropPaths(later, [`${inbox.folder}/Trip`]);
  await expect(now.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  expect(box.proxy.carriedBytes() - before).toBeLessThan(SIZE - held + TALK_BYTES);
  await expectStored(box, { 'Trip/film.mp4': path });
});

test('small files that were cut are asked for, and go on under their old names', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths = { 'a.jpg': await inbox.file('a.jpg', 5 * MEGA), 'b.jpg': await inbox.file('b.jpg', 5 * MEGA) };
  await guest.pick(...Object.values(paths));
  box.proxy.speed(MEGA);
  await guest.send.click();
  await expect(guest.progress).toBeVisible();
  await page.reload();
  await expect(guest.verdict).toHaveText('2 photos did not finish');
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await guest.pick(paths['a.jpg']);
  await expect(page.getByText(/^1 photo did not finish/)).toBeVisible();
  await expect(guest.row('a.jpg')).toContainText(/Stored|Verified/, { timeout: 45_000 });
  await guest.pick(paths['b.jpg']);
  await expect(guest.verdict).toHaveText('All 2 photos arrived, every one verified', { timeout: 45_000 });
  await expectStored(box, paths);
});

test('who chooses everything again sends nothing twice: what had arrived is known', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths = { 'note.txt': await inbox.file('note.txt', 500), 'film.mp4': await inbox.file('film.mp4', SIZE) };
  await guest.pick(...Object.values(paths));
  await sendSome({ box, guest, page });
  await expect(guest.row('note.txt')).toContainText(/Stored|Verified/);
  await page.reload();
  await expect(guest.verdict).toHaveText('1 video did not finish');
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await guest.pick(...Object.values(paths));
  await expect(page.getByText('1 file had arrived before and is not sent again.')).toBeVisible();
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  await expectStored(box, paths);
});

test('a file of the same name and size but another date is told and taken for a new one', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', SIZE);
  await guest.pick(path);
  await sendSome({ box, guest, page });
  await page.reload();
  await expect(guest.verdict).toHaveText('1 video did not finish');
  const other = await inbox.file('other/film.mp4', SIZE);
  await utimes(other, new Date(0), new Date(86_400_000));
  await guest.pick(other);
  await expect(page.getByText('film.mp4 has the name and size of a file that did not finish, but another date.')).toBeVisible();
  await expect(guest.send).toHaveText(/^Send 1 video/);
  await expect(page.getByText(/^1 video did not finish/)).toBeVisible();
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await guest.send.click();
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  await page.getByRole('button', { name: 'Forget it' }).click();
  await expect.poll(async () => (await box.server.owner.records()).map(({ state }) => state).sort()).toEqual(['cancelled', 'stored']);
  await expectStored(box, { 'film.mp4': other });
});

test('forgetting cancels them on the server and on this device', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('film.mp4', SIZE));
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
  const path = await inbox.file('film.mp4', SIZE);
  await guest.pick(path);
  await sendSome({ box, guest, page });
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
  const path = await inbox.file('film.mp4', SIZE);
  await guest.pick(path);
  await sendSome({ box, guest, page });
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
  await guest.pick(await inbox.file('film.mp4', SIZE));
  await sendSome({ box, guest, page });
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
});

test.describe('a new code', () => {
  async function openLan({ server, proxy }: Box, port: number): Promise<{ readonly code: string; readonly port: number }> {
    const { link, code } = await server.running.openLan({ host: '127.0.0.1', port });
    const opened = Number(new URL(link).port);
    proxy.target(opened);
    return { code: code.replace(' ', ''), port: opened };
  }

  test('is asked for, and the same sender goes on from where it stood', async ({ page, box, inbox }) => {
    const first = await openLan(box, 0);
    await page.goto(`${box.url}/#${first.code}`);
    const guest = guestPage(page);
    const path = await inbox.file('film.mp4', SIZE);
    await guest.pick(path);
    await sendSome({ box, guest, page });
    await page.goto('about:blank');
    const held = await settledBytes(box);
    await box.server.running.closeLan();
    const second = await openLan(box, first.port);
    await page.goto(box.url);
    await expect(page.getByText('1 file did not finish. With the code')).toBeVisible();
    await page.getByLabel('Code').fill(second.code);
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(guest.verdict).toHaveText('1 video did not finish');
    box.proxy.speed(Number.POSITIVE_INFINITY);
    const before = box.proxy.carriedBytes();
    await guest.pick(path);
    await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
    expect(box.proxy.carriedBytes() - before).toBeLessThan(SIZE - held + TALK_BYTES);
    await expectStored(box, { 'film.mp4': path });
  });
});

test.describe('two tabs', () => {
  async function openTab(context: BrowserContext, box: Box): Promise<{ readonly page: Page; readonly guest: GuestPage }> {
    const page = await context.newPage();
    await page.goto(`${box.url}/#${TEST_CODE}`);
    return { page, guest: guestPage(page) };
  }

  test('a second tab leaves alone what the first one is sending', async ({ context, page, box, inbox }) => {
    const guest = await enter(page, box);
    const path = await inbox.file('film.mp4', SIZE);
    await guest.pick(path);
    await sendSome({ box, guest, page });
    await expect.poll(() => page.evaluate(() => Object.keys(localStorage).some((key) => key.startsWith('slipway-unfinished')))).toBe(true);
    const asked = context.waitForEvent('page').then((opened) => opened.waitForFunction(() => 'whoWasAsked' in window));
    await context.addInitScript(() => {
      const channel = new BroadcastChannel('slipway-pages');
      channel.addEventListener('message', ({ data }) => { if (data.kind === 'here') Object.assign(window, { whoWasAsked: true }); });
    });
    const second = await openTab(context, box);
    await asked;
    await expect(second.guest.choose).toBeVisible();
    await second.guest.pick(await inbox.file('note.txt', 100));
    await second.guest.send.click();
    await expect(second.guest.verdict).toHaveText('Your file arrived, verified');
    box.proxy.speed(Number.POSITIVE_INFINITY);
    await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  });

  test('what a tab took over, the other one offers no more', async ({ context, page, box, inbox }) => {
    const guest = await enter(page, box);
    const path = await inbox.file('film.mp4', SIZE);
    await guest.pick(path);
    await sendSome({ box, guest, page });
    await page.reload();
    await expect(guest.verdict).toHaveText('1 video did not finish');
    const second = await openTab(context, box);
    await expect(second.guest.verdict).toHaveText('1 video did not finish');
    await second.guest.pick(path);
    await expect(guest.choose).toBeVisible();
    box.proxy.speed(Number.POSITIVE_INFINITY);
    await expect(second.guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
    await expectStored(box, { 'film.mp4': path });
  });

  test('a page that slept holds back what was taken from it, and hears that it arrived', async ({ context, page, box, inbox }) => {
    const guest = await enter(page, box);
    const path = await inbox.file('film.mp4', SIZE);
    await guest.pick(path);
    await sendSome({ box, guest, page });
    await expect.poll(() => page.evaluate(() => Object.keys(localStorage).some((key) => key.startsWith('slipway-unfinished')))).toBe(true);
    // As a phone does with a tab that nobody sees: it answers nobody, and its connections end.
    const frozen = await context.newCDPSession(page);
    await frozen.send('Debugger.enable');
    const asleep = new Promise((resolve) => { frozen.once('Debugger.paused', resolve); });
    await frozen.send('Debugger.pause');
    await asleep;
    box.proxy.breakDown();
    box.proxy.mend();
    const second = await openTab(context, box);
    await expect(second.guest.verdict).toHaveText('1 video did not finish');
    await second.guest.pick(path);
    await expect(second.guest.row('film.mp4')).toContainText('of 16 MB');
    await frozen.send('Debugger.resume');
    await frozen.send('Debugger.disable');
    await expect(guest.row('film.mp4')).toContainText('Paused');
    box.proxy.speed(Number.POSITIVE_INFINITY);
    await expect(second.guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
    await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
    await expectStored(box, { 'film.mp4': path });
  });
});
