import type { Page } from '@playwright/test';
import type { ReceiveState } from '../../electron/contracts/bridge.ts';
import { expect, test, type Box } from './helpers/fixtures.ts';
import { bridgeCalls, openWindow, RECEIVING } from './helpers/window-bridge.ts';
import { buildForm, file } from '../helpers/multipart.ts';

const push = (page: Page, change: Partial<Extract<ReceiveState, { on: true }>>): Promise<void> =>
  page.evaluate((state) => window.bridgeControls.push(state), { ...RECEIVING, ...change });

test.use({ face: 'window', viewport: { width: 1000, height: 700 } });

async function turnOn(page: Page, box: Box): Promise<void> {
  await openWindow(page, box);
  await page.getByRole('switch', { name: 'Receive from phones' }).click();
  await expect(page.getByText(RECEIVING.code)).toBeVisible();
}

test('other addresses are behind a button; choosing one draws its QR code, and the best is back when it goes', async ({ page, box }) => {
  await turnOn(page, box);
  await page.getByText('1 other address').click();
  await page.getByRole('button', { name: 'Show the QR code for http://10.0.0.7:41999' }).click();
  await expect(page.getByRole('img', { name: 'QR code for http://10.0.0.7:41999' })).toBeVisible();
  await push(page, { ways: RECEIVING.ways.slice(0, 1), addresses: RECEIVING.addresses.slice(0, 1) });
  await expect(page.getByRole('img', { name: 'QR code for http://192.168.1.20:41999' })).toBeVisible();
  await expect(page.getByText('other address')).toHaveCount(0);
});

test('20 s without a visitor: what to look at, in order, with a command to copy; the first visitor ends it', async ({ page, box }) => {
  await page.clock.install();
  await turnOn(page, box);
  const steps = page.locator('ol li');
  await expect(page.getByText('Waiting for the first device')).toBeVisible();
  // From here on no time passes but the test's, and another QR code begins the waiting anew.
  await page.clock.pauseAt(Date.now() + 600_000);
  await push(page, { ways: RECEIVING.ways.toReversed() });
  await expect(page.getByRole('img', { name: 'QR code for http://10.0.0.7:41999' })).toBeVisible();
  await page.clock.fastForward(19_000);
  await expect(steps).toHaveCount(0);
  await page.clock.fastForward(1500);
  await expect(steps).toContainText(['The same network?', 'A guest Wi-Fi?', 'A firewall?', 'A VPN']);
  await page.getByRole('button', { name: 'Copy: sudo ufw allow 41999/tcp' }).click();
  await expect(page.getByText('Copied')).toBeVisible();
  expect(await bridgeCalls(page)).toContain('copyText sudo ufw allow 41999/tcp');
  await push(page, { visitors: [{ name: 'iPhone (Safari)', atMs: 1 }] });
  await expect(steps).toHaveCount(0);
});

test('what is known to be in the way is said at once, and nothing else', async ({ page, box }) => {
  await turnOn(page, box);
  for (const [change, words] of [
    [{ network: 'none', ways: [], addresses: [], link: '' }, 'This computer is in no network.'],
    [{ network: 'self-assigned' }, 'The network gives this computer no address.'],
    [{ network: 'vpn' }, 'A VPN is on'],
    [{ knock: { kind: 'unknown-name', atMs: 1 } }, 'under a name that is not its own'],
    [{ knock: { kind: 'closed-early', atMs: 1 } }, 'turn on “Encrypt (HTTPS)”'],
    [{ knock: { kind: 'closed-early', atMs: 1 }, fingerprint: 'AB:CD' }, 'stopped at the certificate'],
  ] as const) {
    await push(page, change);
    await expect(page.getByText(words)).toBeVisible();
    await expect(page.getByText('This is in the way:')).toHaveCount(1);
  }
});

test('networks and time: what is chosen reaches the bridge; the time left is told in words, and its end too', async ({ page, box }) => {
  await page.clock.install({ time: new Date('2026-11-20T14:00:00') });
  // Beside a list, the panel is narrow.
  await box.server.owner.send(buildForm([file('a.txt', 'a')]));
  await turnOn(page, box);
  await page.getByText('Networks and time…').click();
  expect(await page.getByRole('region', { name: 'Receive from phones' }).evaluate((panel) => panel.scrollWidth - panel.clientWidth)).toBe(0);
  await page.getByLabel('only these').check();
  await expect(page.getByRole('checkbox', { name: /^wlan0 192\.168\.1\.20/ })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: /^docker0/ })).not.toBeChecked();
  await page.getByRole('checkbox', { name: /^eth0/ }).uncheck();
  await page.getByLabel('Turn off by itself').selectOption({ label: 'After 8 hours' });
  expect((await bridgeCalls(page)).at(-1)).toBe('setReceiveRules {"networks":["wlan0"],"offAfter":"8h"}');

  const now = new Date('2026-11-20T14:00:00').getTime();
  await push(page, { off: { atMs: now + 42 * 60_000, isHeld: false } });
  await expect(page.getByText(/Turns off in 4[12] min/)).toBeVisible();
  await page.clock.fastForward(12 * 60_000);
  await expect(page.getByText(/Turns off in (?:30|29) min/)).toBeVisible();
  // Between two steps of what it shows.
  await page.clock.runFor(500);
  await push(page, { off: { atMs: (await page.evaluate(() => Date.now())) + 8 * 3_600_000, isHeld: false } });
  await expect(page.getByText('Turns off in 8 hr', { exact: true })).toBeVisible();
  await push(page, { off: { atMs: null, isHeld: true } });
  await expect(page.getByText('Stays on until what is arriving is here')).toBeVisible();
  await page.evaluate((endedAtMs) => window.bridgeControls.push({ on: false, endedAtMs }), now);
  await expect(page.getByText('Turned off by itself at 2:00')).toBeVisible();
});
