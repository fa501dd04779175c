import type { BrowserContext, Page } from '@playwright/test';
import { TEST_CODE } from '../helpers/launch-server.ts';
import { expectNoted } from './helpers/expect-noted.ts';
import { expect, test, type Box } from './helpers/fixtures.ts';
import { enter, expectStored, guestPage, type GuestPage } from './helpers/guest-page.ts';
import { CRAWL_BYTES_PER_S, FILM_BYTES, PATIENCE_MS, sendSome } from './helpers/send-some.ts';
import { prepareSleep } from './helpers/sleeping-tab.ts';

test.describe.configure({ timeout: 120_000 });

async function openTab(context: BrowserContext, box: Box): Promise<{ readonly page: Page; readonly guest: GuestPage }> {
  const page = await context.newPage();
  await page.goto(`${box.url}/#${TEST_CODE}`);
  return { page, guest: guestPage(page) };
}

test('a second tab leaves alone what the first one is sending', async ({ context, page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('film.mp4', FILM_BYTES));
  await sendSome({ box, guest, page });
  box.proxy.speed(CRAWL_BYTES_PER_S);
  await expectNoted(page);
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
  const path = await inbox.file('film.mp4', FILM_BYTES);
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
  const path = await inbox.file('film.mp4', FILM_BYTES);
  await guest.pick(path);
  await sendSome({ box, guest, page });
  await expectNoted(page);
  // As a phone does with a tab that nobody sees: it answers nobody, and its connections end.
  const frozen = await context.newCDPSession(page);
  await frozen.send('Debugger.enable');
  const asleep = new Promise((resolve) => { frozen.once('Debugger.paused', resolve); });
  await frozen.send('Debugger.pause');
  await asleep;
  box.proxy.breakDown();
  box.proxy.speed(CRAWL_BYTES_PER_S);
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

test('of two tabs that are both at it, the one whose person came last goes on, also when they hear of each other late', async ({ context, page, box, inbox }) => {
  const sleep = await prepareSleep(page);
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', FILM_BYTES);
  await guest.pick(path);
  await sendSome({ box, guest, page });
  box.proxy.speed(CRAWL_BYTES_PER_S);
  await expectNoted(page);
  await sleep.begin();
  const second = await openTab(context, box);
  await expect(second.guest.verdict).toHaveText('1 video did not finish');
  await second.guest.pick(path);
  await expect(second.guest.row('film.mp4')).toContainText('of 16 MB');
  // Now both notes have it, and the one that was written last is the one that is wrong.
  await sleep.noteAgain();
  await sleep.end();
  await expect(guest.row('film.mp4')).toContainText('Paused');
  // It is with the second one for good: what is written anew does not bring it back.
  await sleep.noteAgain();
  await expect(second.guest.row('film.mp4')).toContainText('of 16 MB');
  await expect(second.guest.row('film.mp4')).not.toContainText('Paused');

  await guest.row('film.mp4').getByRole('button', { name: 'Resume film.mp4' }).click();
  await expect(second.guest.row('film.mp4')).toContainText('Paused');
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  await expect(second.guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  await expectStored(box, { 'film.mp4': path });
  expect(await box.server.owner.records()).toHaveLength(1);
});
