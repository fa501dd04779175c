import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { FileChooser } from '@playwright/test';
import { expect, test } from './helpers/fixtures.ts';
import { enter, guestPage } from './helpers/guest-page.ts';
import { TEST_CODE } from '../helpers/launch-server.ts';

const MOST_SCRIPT_BYTES = 70_000;
/**
 * Loaded once the page is open: the help, the connection check, and the film that keeps a screen on. 3 kB of it are SHA-256, by which the
 * check knows the computer from a stranger: over plain HTTP browsers lend none, and WebAssembly may run in the hash worker alone.
 */
const LATER = /^(?:HelpDesk|silent-video)-/u;
const MOST_LATER_BYTES = 7500;
/** Hashes; loaded only once the first file is sent. */
const MOST_WORKER_BYTES = 12_000;

test('the page needs at most 70 kB of JavaScript, gzipped, in either language, 7.5 kB once it is open, and 12 kB more to hash', async () => {
  const assets = fileURLToPath(new URL('../../out/renderer/page/assets/', import.meta.url));
  const scripts = (await readdir(assets)).filter((name) => name.endsWith('.js'));
  const sizeOf = async (names: readonly string[]): Promise<number> => {
    expect(names.length).toBeGreaterThan(0);
    const sizes = await Promise.all(names.map(async (name) => gzipSync(await readFile(assets + name)).byteLength));
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  };
  for (const [language, other] of [['english', 'german'], ['german', 'english']] as const) {
    const needed = scripts.filter((name) => !name.includes('worker') && !name.startsWith(other) && !LATER.test(name));
    expect(needed.filter((name) => name.startsWith(language))).toHaveLength(1);
    expect(await sizeOf(needed)).toBeLessThanOrEqual(MOST_SCRIPT_BYTES);
  }
  expect(await sizeOf(scripts.filter((name) => LATER.test(name)))).toBeLessThanOrEqual(MOST_LATER_BYTES);
  expect(await sizeOf(scripts.filter((name) => name.includes('worker')))).toBeLessThanOrEqual(MOST_WORKER_BYTES);
});

test.describe('on a small phone', () => {
  test.use({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });

  test('nothing scrolls sideways, and what is tapped is large enough', async ({ page, box, inbox }) => {
    const check = async (): Promise<void> => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      for (const button of await page.getByRole('button').all()) {
        const area = await button.boundingBox();
        expect.soft(Math.min(area?.width ?? 0, area?.height ?? 0), await button.innerText()).toBeGreaterThanOrEqual(44);
      }
    };
    await page.goto(box.url);
    await expect(page.getByLabel('Code')).toBeVisible();
    await check();
    const guest = await enter(page, box);
    await check();
    await guest.pick(
      await inbox.file(`${'A very long name without any end '.repeat(6)}.jpg`, 2_000_000), await inbox.file(`${'x'.repeat(200)}.jpg`, 10),
    );
    await check();
    box.proxy.speed(100_000);
    await guest.send.click();
    await expect(guest.progress).toBeVisible();
    await check();
    box.proxy.speed(Number.POSITIVE_INFINITY);
    await expect(guest.verdict).toHaveText('All 2 photos arrived, every one verified');
    await check();
  });
});

test('everything can be done with the keyboard alone', async ({ page, box, inbox }) => {
  const choosers: FileChooser[] = [];
  // Listened to from the start: told only when the key is pressed, the browser may open its own.
  page.on('filechooser', (chooser) => choosers.push(chooser));
  await page.goto(box.url);
  await expect(page.getByLabel('Code')).toBeFocused();
  await page.keyboard.type(TEST_CODE.toLowerCase());
  await page.keyboard.press('Enter');
  const guest = guestPage(page);
  await expect(guest.choose).toBeVisible();
  const pickByKeyboard = async (...paths: string[]): Promise<void> => {
    await page.keyboard.press('Enter');
    await expect.poll(() => choosers.length).toBe(1);
    await choosers.shift()?.setFiles(paths);
  };
  await page.keyboard.press('Tab');
  await expect(guest.choose).toBeFocused();
  await pickByKeyboard(await inbox.file('a.txt', 10), await inbox.file('b.txt', 20));
  const remove = page.getByRole('button', { name: 'Remove b.txt from the list' });
  for (let presses = 0; presses < 6 && !await remove.evaluate((one) => one === document.activeElement); presses += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect(guest.send).toHaveText(/^Send 1 file /);
  for (let presses = 0; presses < 6 && !await guest.send.evaluate((one) => one === document.activeElement); presses += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(guest.verdict).toHaveText('Your file arrived, verified');
  await expect(guest.verdict).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(guest.sendMore).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(guest.choose).toBeFocused();
});

test('milestones are said aloud and every control has a name', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await page.evaluate(() => {
    const region = document.querySelector('[aria-live=polite]');
    if (region === null) throw new Error('No live region');
    const said: string[] = [];
    new MutationObserver(() => said.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
    Object.assign(window, { said });
  });
  await guest.pick(await inbox.file('a.jpg', 4_000_000));
  box.proxy.speed(2_000_000);
  await guest.send.click();
  await expect.poll(async () => (await box.server.owner.records())[0]?.received ?? 0, { intervals: [50] }).toBeGreaterThan(2_000_000);
  box.proxy.speed(100_000);
  const heard = (): Promise<string[]> => page.evaluate(() => (window as unknown as { said: string[] }).said);
  await expect.poll(async () => (await heard()).length).toBe(2);
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.verdict).toHaveText('Your photo arrived, verified');
  expect(await heard()).toEqual(['Sending 1 photo.', 'Half of it has arrived.', 'Your photo arrived, verified']);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  for (const control of await page.locator('button, input:not([aria-hidden]), [role=progressbar]').all()) {
    expect(await control.evaluate((element) => element.ariaLabel ?? element.textContent)).not.toBe('');
  }
});

test('more files than one announcement may hold stay smooth: only what is in sight is in the document', async ({ page, box }) => {
  test.slow();
  const guest = await enter(page, box);
  const handle = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    for (let index = 0; index < 2500; index += 1) data.items.add(new File([`file ${index}`], `f${index}.txt`));
    return data;
  });
  await page.dispatchEvent('body', 'drop', { dataTransfer: handle });
  await expect(guest.send).toHaveText(/^Send 2,500 files/);
  expect(await page.getByRole('listitem').count()).toBeLessThan(60);
  await guest.send.click();
  await expect(guest.verdict).toHaveText('All 2,500 files arrived, every one verified', { timeout: 150_000 });
  expect((await box.server.owner.records()).filter(({ state }) => state === 'stored')).toHaveLength(2500);
});

test.describe('in German', () => {
  test.use({ locale: 'de-AT' });

  test('the page speaks the language of the browser', async ({ page, box, inbox }) => {
    await page.goto(`${box.url}/#${TEST_CODE}`);
    await page.locator('input[type=file]').first().setInputFiles([await inbox.file('a.jpg', 1_500_000), await inbox.file('b.jpg', 10)]);
    await expect(page.getByRole('button', { name: '2 Fotos senden (1,5 MB)' })).toBeVisible();
    await page.getByRole('button', { name: '2 Fotos senden (1,5 MB)' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Alle 2 Fotos sind angekommen, jedes einzelne geprüft');
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  });
});

for (const scheme of ['light', 'dark'] as const) {
  test(`text stands out from its ground in the ${scheme} scheme`, async ({ page, box, inbox }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    const guest = await enter(page, box);
    const pairs = (): Promise<{ text: string; ratio: number }[]> => page.evaluate(() => {
      const parse = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
      const light = (rgb: readonly number[]): number => rgb.slice(0, 3)
        .map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
      const ground = (element: Element | null): number[] => {
        if (element === null) return [255, 255, 255];
        const color = parse(getComputedStyle(element).backgroundColor);
        return color.length === 4 && color[3] === 0 ? ground(element.parentElement) : color;
      };
      return [...document.querySelectorAll('h1, p, span, button, strong, bdi')].filter((one) => one.textContent.trim() !== '' && !one.matches(':disabled'))
        .map((one) => {
          const [a, b] = [light(parse(getComputedStyle(one).color)), light(ground(one))];
          return { text: one.textContent.trim(), ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
        });
    });
    const tooFaint = async (): Promise<string[]> => (await pairs()).filter(({ ratio }) => ratio < 4.5).map(({ text, ratio }) => `${text}: ${ratio.toFixed(2)}`);
    expect(await tooFaint()).toEqual([]);
    await guest.pick(await inbox.file('a.jpg', 10_000));
    await expect(guest.send).toBeVisible();
    expect(await tooFaint()).toEqual([]);
    await guest.send.click();
    await expect(guest.verdict).toHaveText('Your photo arrived, verified');
    expect(await tooFaint()).toEqual([]);
  });
}
