import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Locator, Page } from '@playwright/test';
import { createFakeNetworks } from '../helpers/fake-networks.ts';
import { TEST_CODE } from '../helpers/launch-server.ts';
import { expect, test, type Box } from './helpers/fixtures.ts';

const FIRST = { wlan0: ['127.0.0.1', '127.0.0.2', '127.0.0.3'] };
const networks = createFakeNetworks(FIRST);

test.use({ serverOptions: { interfaces: ['wlan0'], networkSource: networks.source, name: 'Desk' }, viewport: { width: 360, height: 640 } });

test.beforeEach(() => { networks.become(FIRST); });

const at = ({ server }: Box, last: number): string => `http://127.0.0.${last}:${server.port}`;

/** The computer has these addresses of 127.0.0.0/24 now, and no others. */
async function moveTo({ server }: Box, ...last: readonly number[]): Promise<void> {
  networks.become({ wlan0: last.map((each) => `127.0.0.${each}`) });
  await server.running.lookAtNetworks();
}

/** Opens the page at the first of three addresses, with a clock that can be put forward. */
async function openPage(page: Page, box: Box, choose: string): Promise<void> {
  await page.clock.install();
  const later = page.waitForResponse(/\/HelpDesk-/u);
  await page.goto(`${at(box, 1)}/#${TEST_CODE}`);
  await expect(page.getByRole('button', { name: choose })).toBeVisible();
  await (await later).finished();
}

/** Somebody who has got an address of the computer, and passes on whatever is asked to where the computer is now. */
async function startStranger(box: Box, last: number, computerAt: number): Promise<() => void> {
  const server = createServer((request, response) => {
    void fetch(`${at(box, computerAt)}${request.url ?? ''}`).then(async (answer) => {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.end(await answer.text());
    });
  }).listen(box.server.port, `127.0.0.${last}`);
  await once(server, 'listening');
  return () => {
    server.close();
    server.closeAllConnections();
  };
}

const hrefs = (where: Locator): Promise<readonly (string | null)[]> => where.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')));

test('a page that has lost its computer finds it at another address, and offers none of a stranger', async ({ page, box }) => {
  await openPage(page, box, 'Choose photos or files');
  await moveTo(box, 2);
  const stop = await startStranger(box, 3, 2);
  await expect(page.getByText('The computer does not answer. Trying again…')).toBeVisible();
  await page.clock.fastForward(5000);
  const found = page.getByText('Desk answers at');
  await expect(found).toHaveText(`Desk answers at another address: ${at(box, 2)} Go on there: what is stored is safe. You need the code again, and choose there only what is not stored yet.`);
  expect((await found.getByRole('link').boundingBox())?.height).toBeGreaterThanOrEqual(44);
  expect(await hrefs(page.locator('body'))).toEqual([at(box, 2)]);
  stop();

  await moveTo(box, 4);
  const stopAgain = await startStranger(box, 3, 4);
  await page.getByRole('button', { name: 'Help' }).click();
  const help = page.getByRole('dialog', { name: 'Help' });
  await expect(help).toContainText('Desk does not answer. Nothing is lost');
  await expect(help.getByRole('listitem')).toHaveText([/same Wi-Fi/u, /guest Wi-Fi/u, /asleep or switched off/u]);
  expect(await hrefs(page.locator('body'))).toEqual([]);
  stopAgain();

  await page.context().setOffline(true);
  await expect(help).toContainText('This device has no network. Turn its Wi-Fi on.');
  await page.context().setOffline(false);
  await moveTo(box, 1, 2, 3);
  await help.getByRole('button', { name: 'Check the connection' }).click();
  await expect(help).toContainText('Yes, Desk answers.');
  await page.keyboard.press('Escape');
  await expect(page.getByText('does not answer')).toBeHidden();
});

test('a computer that says nothing at all, as one that sleeps, is named after five seconds, and asked anew when somebody looks', async ({ page, box }) => {
  let isAsleep = false;
  let unanswered = 0;
  await page.route('**/api/uploads**', (route) => {
    if (!isAsleep) return route.continue();
    unanswered += 1;
    return undefined;
  });
  await openPage(page, box, 'Choose photos or files');
  isAsleep = true;
  await page.clock.fastForward(2000);
  await expect.poll(() => unanswered).toBe(1);
  await page.clock.fastForward(5000);
  const banner = page.getByText('The computer does not answer. Trying again…');
  await expect(banner).toBeVisible();
  isAsleep = false;
  await page.evaluate(() => { document.dispatchEvent(new Event('visibilitychange')); });
  await expect(banner).toBeHidden();
});

test.describe('in German', () => {
  test.use({ locale: 'de-DE' });

  test('a page says where its computer is, and its link leads there without a secret', async ({ page, box }) => {
    await openPage(page, box, 'Dateien wählen');
    await moveTo(box, 2);
    await page.getByRole('button', { name: 'Hilfe' }).click();
    const help = page.getByRole('dialog', { name: 'Hilfe' });
    await expect(help).toContainText(`Desk antwortet unter einer anderen Adresse: ${at(box, 2)} Machen Sie dort weiter`);
    await help.getByRole('link').click();
    await expect(page.getByLabel('Code')).toBeVisible();
    expect(page.url()).toBe(`${at(box, 2)}/`);
  });
});
