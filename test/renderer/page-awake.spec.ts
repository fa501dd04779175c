import type { Page } from '@playwright/test';
import { expect, test, type Box } from './helpers/fixtures.ts';
import { enter, guestPage } from './helpers/guest-page.ts';
import { launchAtHost } from './helpers/launch-at-host.ts';
import { TEST_CODE } from '../helpers/launch-server.ts';

const MEGA = 1_000_000;
const LAN_NAME = 'slipway-test.lan';
const BY_ITSELF = 'Keep this page in front: it keeps the screen on until it is done.';
const BY_PERSON = 'Keep this screen on until it is done. If it locks, sending goes on when you come back.';

/** Notes every wake lock that the page takes and gives back. */
async function noteLocks(page: Page, answer: 'granted' | 'refused'): Promise<() => Promise<readonly string[]>> {
  await page.addInitScript((wanted) => {
    const notes: string[] = [];
    Object.assign(window, { lockNotes: notes });
    navigator.wakeLock.request = (type?: WakeLockType) => {
      notes.push(`asked for ${type ?? 'nothing'}`);
      if (wanted === 'refused') return Promise.reject(new DOMException('Battery low', 'NotAllowedError'));
      const lock = Object.assign(new EventTarget(), {
        released: false, type: 'screen' as const, onrelease: null,
        release() {
          notes.push('released');
          lock.released = true;
          lock.dispatchEvent(new Event('release'));
          return Promise.resolve();
        },
      });
      Object.assign(window, { systemTakesLock: () => { lock.released = true; lock.dispatchEvent(new Event('release')); } });
      return Promise.resolve(lock);
    };
  }, answer);
  return () => page.evaluate(() => (window as unknown as { lockNotes: string[] }).lockNotes);
}

test('where there is a wake lock it is held while sending, taken again on return, and given back while paused and at the end', async ({ page, box, inbox }) => {
  const notes = await noteLocks(page, 'granted');
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('film.mp4', 9 * MEGA));
  expect(await notes()).toEqual([]);
  box.proxy.speed(MEGA);
  await guest.send.click();
  await expect(page.getByText(BY_ITSELF)).toBeVisible();
  expect(await notes()).toEqual(['asked for screen']);
  // The page is hidden, and seen again.
  await page.evaluate(() => { (window as unknown as { systemTakesLock: () => void }).systemTakesLock(); });
  await expect(page.getByText(BY_PERSON)).toBeVisible();
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect(page.getByText(BY_ITSELF)).toBeVisible();
  expect(await notes()).toEqual(['asked for screen', 'asked for screen']);
  await page.getByRole('button', { name: 'Pause all' }).click();
  await expect.poll(notes).toEqual(['asked for screen', 'asked for screen', 'released']);
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await page.getByRole('button', { name: 'Resume all' }).click();
  await expect(guest.verdict).toHaveText('Your video arrived, verified');
  await expect.poll(notes).toEqual(['asked for screen', 'asked for screen', 'released', 'asked for screen', 'released']);
  await expect(page.locator('video')).toHaveCount(0);
});

test('where the system refuses the lock, the silent film takes its place', async ({ page, box, inbox }) => {
  await noteLocks(page, 'refused');
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('film.mp4', 9 * MEGA));
  box.proxy.speed(MEGA);
  await guest.send.click();
  await expect(page.locator('video')).toHaveJSProperty('paused', false);
  await expect(page.getByText(BY_ITSELF)).toBeVisible();
});

test.describe('over plain HTTP under a name in the network', () => {
  const openAsPhone = async (page: Page, box: Box): Promise<ReturnType<typeof guestPage>> => {
    await page.goto(`http://${LAN_NAME}:${box.proxy.port}/#${TEST_CODE}`);
    const guest = guestPage(page);
    await expect(guest.choose).toBeVisible();
    expect(await page.evaluate(() => [isSecureContext, 'wakeLock' in navigator])).toEqual([false, false]);
    return guest;
  };

  test.use({ hostNames: [LAN_NAME] });

  test('a silent film plays while sending and is gone while paused and afterwards', async ({ launchOptions, box, inbox }) => {
    const browser = await launchAtHost(LAN_NAME, launchOptions);
    try {
      const page = await browser.newPage();
      const guest = await openAsPhone(page, box);
      await guest.pick(await inbox.file('film.mp4', 9 * MEGA));
      const film = page.locator('video');
      await expect(film).toHaveCount(0);
      box.proxy.speed(MEGA);
      await guest.send.click();
      await expect(page.getByText(BY_ITSELF)).toBeVisible();
      await expect(film).toHaveJSProperty('paused', false);
      await expect(film).toHaveJSProperty('muted', true);
      await expect.poll(() => film.evaluate((one: HTMLVideoElement) => one.currentTime)).toBeGreaterThan(0);
      // It covers the screen, as Chromium wants it, and takes nothing from whoever taps or listens.
      expect(await film.boundingBox()).toEqual({ x: 0, y: 0, ...page.viewportSize() });
      await page.getByRole('button', { name: 'Pause all' }).click();
      await expect(film).toHaveCount(0);
      box.proxy.speed(Number.POSITIVE_INFINITY);
      await page.getByRole('button', { name: 'Resume all' }).click();
      await expect(guest.verdict).toHaveText('Your video arrived, verified');
      await expect(film).toHaveCount(0);
    } finally {
      await browser.close();
    }
  });

  test('where no film may play, the page says that the screen must stay on', async ({ launchOptions, box, inbox }) => {
    const browser = await launchAtHost(LAN_NAME, launchOptions);
    try {
      const page = await browser.newPage();
      await page.route(/\.(webm|mp4)$/, (route) => route.abort());
      const guest = await openAsPhone(page, box);
      await guest.pick(await inbox.file('film.mp4', 9 * MEGA));
      box.proxy.speed(MEGA);
      await guest.send.click();
      await expect(page.getByText(BY_PERSON)).toBeVisible();
      box.proxy.speed(Number.POSITIVE_INFINITY);
      await expect(guest.verdict).toHaveText('Your video arrived, verified');
    } finally {
      await browser.close();
    }
  });
});
