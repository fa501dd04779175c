import { rename, rm, writeFile } from 'node:fs/promises';
import type { Request } from '@playwright/test';
import { expect, test } from './helpers/fixtures.ts';
import { enter, expectStored, guestPage } from './helpers/guest-page.ts';
import { tapUploads } from './helpers/tap-uploads.ts';

const KILO = 1000;
const MEGA = 1_000_000;
/** Still on its way when a busy machine has looked at all that is to be seen of it, at the speeds that are set here. */
const SLOW = 20 * MEGA;

test('three picked files are sent by one tap and arrive byte for byte', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths = { 'one.jpg': await inbox.file('one.jpg', 300 * KILO), 'two.png': await inbox.file('two.png', 0), 'three.heic': await inbox.file('three.heic', 12 * MEGA) };
  await guest.pick(...Object.values(paths));
  await expect(guest.send).toHaveText('Send 3 photos (12.3 MB)');
  await guest.send.click();
  await expect(guest.verdict).toHaveText('All 3 photos arrived, every one verified');
  await expect(guest.verdict).toBeFocused();
  await expect(page).toHaveTitle('Arrived · Slipway');
  await expectStored(box, paths);

  await guest.sendMore.click();
  await guest.pick(await inbox.file('note.txt', 10));
  await expect(guest.send).toHaveText('Send 1 file (10 bytes)');
});

test('the page calls videos videos and a mixture files', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('a.mp4', 2 * MEGA), await inbox.file('b.MOV', MEGA));
  await expect(guest.send).toHaveText('Send 2 videos (3 MB)');
  await guest.pick(await inbox.file('c.pdf', MEGA));
  await expect(guest.send).toHaveText('Send 3 files (4 MB)');
});

test('the bar shows what the server has, with speed and time left, and the title follows', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', SLOW);
  await guest.pick(path);
  box.proxy.speed(2 * MEGA);
  const motions = await page.evaluateHandle(() => {
    const properties: string[] = [];
    document.addEventListener('transitionrun', ({ propertyName }) => { properties.push(propertyName); });
    return properties;
  });
  await guest.send.click();
  await expect(page.getByText(/^\d.* of 20 MB$/).first()).toBeVisible();
  await expect(page.getByText(/MB\/s$/).first()).toBeVisible();
  await expect(page.getByText(/sec left$/).first()).toBeVisible();
  await expect(page).toHaveTitle(/^[1-9]\d?% · Slipway$/);
  // Read in the middle: what the bar claims, the server must have.
  const shown = Number(await guest.progress.getAttribute('aria-valuenow'));
  const [record] = await box.server.owner.records();
  expect(shown).toBeGreaterThan(0);
  expect(shown).toBeLessThanOrEqual(((record?.received ?? 0) / SLOW) * 100);
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.verdict).toHaveText('Your video arrived, verified');
  await expectStored(box, { 'film.mp4': path });
  // A bar that glides has the whole screen drawn all the time, which costs a phone more than the sending.
  expect(await motions.jsonValue()).not.toContain('transform');
});

test('many small files share requests, large ones go alone, never more than three at once', async ({ page, box, inbox }) => {
  await tapUploads(page);
  const guest = await enter(page, box);
  const forms: string[] = [];
  const pieces = new Map<string, number>();
  page.on('request', (request) => {
    if (request.method() === 'PATCH') pieces.set(request.url(), (pieces.get(request.url()) ?? 0) + 1);
    else if (request.method() === 'POST' && request.url().endsWith('/api/uploads')) forms.push(request.url());
  });
  const small = await Promise.all(Array.from({ length: 250 }, (_, index) => inbox.file(`small/${String(index).padStart(3, '0')}.txt`, 200 + index)));
  const large = await Promise.all(Array.from({ length: 4 }, (_, index) => inbox.file(`large/${index}.bin`, 9 * MEGA)));
  await guest.pick(...large, ...small);
  await guest.send.click();
  await expect(guest.verdict).toHaveText('All 254 files arrived, every one verified', { timeout: 30_000 });
  // 250 small files are two requests of at most 200 files each.
  expect(forms).toHaveLength(2);
  // All of it, and then, unless it was known by that time, the hash.
  expect(pieces.size).toBe(4);
  expect(Math.max(...pieces.values())).toBeLessThanOrEqual(2);
  expect(await page.evaluate(() => window.uploadTap.most)).toBeGreaterThan(1);
  expect(await page.evaluate(() => window.uploadTap.most)).toBeLessThanOrEqual(3);
  expect(await box.server.owner.records()).toHaveLength(254);
});

test.describe('a server with a limit', () => {
  test.use({ serverOptions: { maxFileBytes: 2 * MEGA } });

  test('one too large among three fails by itself, in plain words, and no byte of it is sent', async ({ page, box, inbox }) => {
    const guest = await enter(page, box);
    const good = { 'a.txt': await inbox.file('a.txt', 1000), 'b.txt': await inbox.file('b.txt', 2 * MEGA) };
    await guest.pick(good['a.txt'], await inbox.file('huge.zip', 3 * MEGA), good['b.txt']);
    await guest.send.click();
    await expect(guest.verdict).toHaveText('3 files: 2 stored, 1 needs you');
    await expect(guest.row('huge.zip')).toContainText('Larger than this computer accepts. Nothing of it was sent.');
    await expect(guest.row('huge.zip').getByRole('button', { name: 'Retry' })).toHaveCount(0);
    await expect(guest.retryFailed).toHaveCount(0);
    expect((await box.server.owner.records()).map(({ name }) => name).sort()).toEqual(['a.txt', 'b.txt']);
    await expectStored(box, good);
  });
});

test('one is cancelled while it is sent and the others arrive', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const kept = { 'kept.bin': await inbox.file('kept.bin', 9 * MEGA), 'small.txt': await inbox.file('small.txt', 50) };
  await guest.pick(await inbox.file('dropped.bin', SLOW), ...Object.values(kept));
  box.proxy.speed(MEGA);
  await guest.send.click();
  await expect(guest.row('dropped.bin').getByRole('progressbar')).toBeVisible();
  await guest.row('dropped.bin').getByRole('button', { name: 'Cancel dropped.bin' }).click();
  await expect(guest.row('dropped.bin')).toContainText('Cancelled');
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.verdict).toHaveText('2 files arrived, every one verified');
  await expectStored(box, kept);
});

test('cancelling all stops everything and leaves nothing behind', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('a.bin', SLOW), await inbox.file('b.bin', SLOW), await inbox.file('c.txt', 8 * MEGA));
  box.proxy.speed(MEGA / 2);
  await guest.send.click();
  await expect(page.getByRole('listitem').getByRole('progressbar').first()).toBeVisible();
  await page.getByRole('button', { name: 'Cancel all' }).click();
  await expect(guest.verdict).toHaveText('Cancelled');
  await expect.poll(async () => (await box.server.owner.records()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  await expectStored(box, {});
});

test('what the owner cancels is told as cancelled', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('unwanted.bin', SLOW));
  box.proxy.speed(MEGA);
  await guest.send.click();
  await expect(guest.row('unwanted.bin').getByRole('progressbar')).toBeVisible();
  const [record] = await box.server.owner.records();
  await box.server.owner.remove(record?.id ?? '');
  await expect(guest.verdict).toHaveText('Cancelled');
});

test('a lost connection is told, and sending goes on by itself when it is back, without a second copy', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths = { 'a.bin': await inbox.file('a.bin', SLOW), 'b.txt': await inbox.file('b.txt', MEGA / 2) };
  await guest.pick(...Object.values(paths));
  box.proxy.speed(MEGA);
  await guest.send.click();
  await expect(guest.row('b.txt')).toContainText(/Stored|Verified/);
  await expect(guest.row('a.bin').getByRole('progressbar')).toBeVisible();
  box.proxy.breakDown();
  await expect(page.getByText(/^Connection lost\. Trying again in \d sec\. Nothing is lost\.$/)).toBeVisible();
  await expect(guest.row('a.bin')).toContainText('Reconnecting');
  box.proxy.mend();
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.verdict).toHaveText('All 2 files arrived, every one verified', { timeout: 20_000 });
  await expectStored(box, paths);
});

test('a file that is gone when its turn comes fails by itself', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const good = await inbox.file('good.bin', 9 * MEGA);
  const gone = await inbox.file('gone.bin', 9 * MEGA);
  await guest.pick(gone, good);
  await rm(gone);
  const firstSaid = page.evaluate(() => new Promise((resolve) => {
    new MutationObserver(() => {
      const reason = document.querySelector('.reason')?.textContent;
      if (reason !== undefined) resolve([reason, document.querySelector('.hint[data-lost]')?.textContent]);
    }).observe(document.body, { subtree: true, childList: true });
  }));
  await guest.send.click();
  // Nobody has to do anything yet.
  expect(await firstSaid).toEqual(['It cannot be read right now, and is tried once more.', undefined]);
  await expect(guest.verdict).toHaveText('2 files: 1 stored, 1 needs you', { timeout: 20_000 });
  await expect(guest.row('gone.bin')).toContainText('changed or moved after you chose it');
  await expectStored(box, { 'good.bin': good });
});

test('what the folder went away from goes on by itself when it is back, and what had arrived is not sent twice', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const first = await inbox.file('first.jpg', 40 * KILO);
  const large = await inbox.file('large.jpg', 8 * MEGA);
  await guest.pick(first, large);
  box.proxy.speed(MEGA);
  await guest.send.click();
  await expect(guest.row('first.jpg')).toContainText(/Stored|Verified/);
  await expect(guest.row('large.jpg').getByRole('progressbar')).toBeVisible();
  // The folder is taken away under the upload, as a drive that is pulled out.
  const away = `${box.server.folder}-away`;
  await rename(box.server.folder, away);
  await writeFile(box.server.folder, 'not a folder');
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(page.getByText('It goes on by itself when it is back; nothing is lost.').first()).toBeVisible({ timeout: 20_000 });
  await rm(box.server.folder);
  await rename(away, box.server.folder);
  await expect(guest.verdict).toHaveText('All 2 photos arrived, every one verified', { timeout: 30_000 });
  await expectStored(box, { 'first.jpg': first, 'large.jpg': large });
});

test('what failed on the computer is retried by one tap', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('one.jpg', 40 * KILO);
  const failed = { code: 'INTERNAL', message: 'Something went wrong.', retryable: true, requestId: 'x' };
  const isForm = (request: Request): boolean => request.method() === 'POST' && new URL(request.url()).pathname === '/api/uploads';
  await page.route('**/api/uploads*', (route) => (isForm(route.request()) ? route.fulfill({ status: 500, json: { error: failed } }) : route.continue()));
  await guest.pick(path);
  await guest.send.click();
  await expect(page).toHaveTitle('Needs you · Slipway');
  await expect(guest.row('one.jpg')).toContainText('Not sent');
  await page.unroute('**/api/uploads*');
  await guest.retryFailed.click();
  await expect(guest.verdict).toHaveText('Your photo arrived, verified');
  await expectStored(box, { 'one.jpg': path });
});

test('the owner closes and reopens the network side: the new code is asked for, and all goes on', async ({ page, box, inbox }) => {
  const open = async (port: number): Promise<{ readonly code: string; readonly port: number }> => {
    const lan = await box.server.running.openLan({ host: '127.0.0.1', port });
    const opened = Number(new URL(lan.link).port);
    box.proxy.target(opened);
    return { code: lan.code, port: opened };
  };
  const first = await open(0);
  await page.goto(`${box.url}/#${first.code.replace(' ', '')}`);
  const guest = guestPage(page);
  const paths = { 'small.txt': await inbox.file('small.txt', 100), 'large.bin': await inbox.file('large.bin', SLOW) };
  await guest.pick(...Object.values(paths));
  box.proxy.speed(MEGA);
  await guest.send.click();
  await expect(guest.row('small.txt')).toContainText(/Stored|Verified/);
  await expect(guest.row('large.bin').getByRole('progressbar')).toBeVisible();
  await box.server.running.closeLan();
  const second = await open(first.port);
  expect(second.code).not.toBe(first.code);
  await expect(page.getByText('The code has changed.')).toBeVisible();
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await page.getByLabel('Code').fill(second.code);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(guest.verdict).toHaveText('All 2 files arrived, every one verified', { timeout: 20_000 });
  await expectStored(box, paths);
});

test('a request that hangs without a word is given up and sent again', async ({ page, box, inbox }) => {
  await page.clock.install();
  const guest = await enter(page, box);
  const path = await inbox.file('hanging.bin', 12 * MEGA);
  await guest.pick(path);
  // After its first bytes nothing of it gets through, while the polls, on connections of their own, do.
  const hanging = page.waitForRequest((request) => request.method() === 'PATCH');
  box.proxy.hangAfter(MEGA);
  await guest.send.click();
  await hanging;
  await expect(guest.row('hanging.bin').getByRole('progressbar')).toBeVisible();
  await page.clock.fastForward(61_000);
  await expect(guest.row('hanging.bin')).toContainText('Reconnecting');
  // The server's side of the dead connection ends too; otherwise its own watch would, after 30 s.
  box.proxy.hangAfter(Number.POSITIVE_INFINITY);
  box.proxy.breakDown();
  box.proxy.mend();
  await page.clock.fastForward(5000);
  await expect(guest.verdict).toHaveText('Your file arrived, verified', { timeout: 20_000 });
  await expectStored(box, { 'hanging.bin': path });
});
