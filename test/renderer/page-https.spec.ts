import { expect, test } from './helpers/fixtures.ts';
import { expectStored, guestPage } from './helpers/guest-page.ts';

test.use({ serverOptions: { https: true }, ignoreHTTPSErrors: true });

test('who opens the address without https:// lands on the page with it, is let in, and sends', async ({ page, box, inbox }) => {
  const { hash } = new URL(box.server.running.links[0] ?? '');
  await page.goto(`${box.url}/${hash}`);
  const guest = guestPage(page);
  await expect(guest.choose).toBeVisible();
  expect(page.url()).toBe(`${box.url.replace('http:', 'https:')}/`);
  await page.getByRole('button', { name: 'Help' }).click();
  const help = page.getByRole('dialog', { name: 'Help' });
  await expect(help.getByRole('heading', { name: 'Is this really Test computer?' })).toBeVisible();
  await expect(help.getByText((box.server.running.fingerprint ?? 'none').replaceAll(':', ' '))).toBeVisible();
  await help.getByRole('button', { name: 'Close' }).click();
  // What plain HTTP in a network does not have.
  expect(await page.evaluate(() => [isSecureContext, 'subtle' in crypto, 'wakeLock' in navigator])).toEqual([true, true, true]);
  const [large, small] = [await inbox.file('large.bin', 20_000_000), await inbox.file('small.txt', 1000)];
  await guest.pick(large, small);
  await guest.send.click();
  await expect(guest.verdict).toHaveText('All 2 files arrived, every one verified');
  await expectStored(box, { 'large.bin': large, 'small.txt': small });
});
