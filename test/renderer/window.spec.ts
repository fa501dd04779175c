import { randomUUID } from 'node:crypto';
import type { Locator, Page } from '@playwright/test';
import type { AnnouncedFile } from '../../server/contracts/upload.ts';
import type { TestClient } from '../helpers/client.ts';
import { announced, buildAnnouncedForm } from '../helpers/multipart.ts';
import { sampleBytes, xxh128 } from '../helpers/sample-bytes.ts';
import { startSession } from '../helpers/session.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { createTusClient, openPatch } from '../helpers/tus.ts';
import { dropPaths } from './helpers/drop-paths.ts';
import { expect, test, type Box } from './helpers/fixtures.ts';
import { expectStored } from './helpers/guest-page.ts';
import { bridgeCalls, openWindow, RECEIVING } from './helpers/window-bridge.ts';

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

function row(page: Page, name: string): Locator {
  return page.getByRole('listitem').filter({ has: page.getByTitle(name, { exact: true }) });
}

test.use({ face: 'window', viewport: { width: 1000, height: 700 } });

test('dropped files show where they land, are sent, and end in a verdict', async ({ page, box, inbox }) => {
  await openWindow(page, box);
  await expect(page.getByText('Drop files or folders anywhere in this window.')).toBeVisible();
  const paths = { 'a.jpg': await inbox.file('a.jpg', 1000), 'b.jpg': await inbox.file('b.jpg', 2000) };
  await dropPaths(page, Object.values(paths), () => expect(page.getByText('Files and folders land in /mnt/uploads')).toBeVisible());
  await expect(row(page, 'a.jpg')).toContainText(/Stored|Verified/);
  await expect(page.getByText('All 2 photos arrived', { exact: true })).toBeVisible();
  await expect(page.getByRole('contentinfo')).toContainText('2 files · 2 arrived');
  await page.setViewportSize({ width: 480, height: 420 });
  await expect(row(page, 'b.jpg')).toBeInViewport({ ratio: 0.9 });
  await expect(page.getByRole('button', { name: 'History', exact: true })).toBeInViewport();
  await expectStored(box, paths);
});

test('what a phone sends is seen as it comes: sender, bar, speed, time left; cancelling it stops it', async ({ page, box }) => {
  const phone = await startSession(box.server, IPHONE);
  const content = sampleBytes(4_000_000);
  await openWindow(page, box);
  const upload = await openSlowUpload({ ...box.server, guest: phone }, { content, name: 'film.mp4' });
  for (let sent = 0; sent < 2_000_000; sent += 250_000) {
    await upload.sendTo(sent + 250_000);
    await expect(row(page, 'film.mp4').getByRole('progressbar')).toHaveAttribute('aria-valuenow', new RegExp(`^(${[0, 1, 2].map((less) => Math.floor(((sent + 250_000) / 4_000_000) * 100) - less).join('|')})$`));
  }
  await expect(page.getByRole('heading', { name: /^iPhone \(Safari\) · / })).toBeVisible();
  await expect(row(page, 'film.mp4')).toContainText('2 MB of 4 MB');
  await expect(row(page, 'film.mp4')).toContainText(/[kM]B\/s/);
  await expect(row(page, 'film.mp4')).toContainText(/sec left/);
  await expect(page.getByRole('contentinfo')).toContainText('1 on the way');
  await row(page, 'film.mp4').getByRole('button', { name: 'Cancel film.mp4' }).click();
  await expect(row(page, 'film.mp4')).toContainText('Cancelled');
  // Only the phone could send it again.
  await expect(row(page, 'film.mp4').getByRole('button', { name: /Retry/ })).toHaveCount(0);
  upload.connection.socket.destroy();
  await expectStored(box, {});
});

test('show, remove and retry by keyboard; finished files are cleared from the list, not from the disk', async ({ page, box, inbox }) => {
  await openWindow(page, box);
  const paths = { 'a.txt': await inbox.file('a.txt', 10), 'b.txt': await inbox.file('b.txt', 20), 'c.txt': await inbox.file('c.txt', 30) };
  await dropPaths(page, Object.values(paths));
  await expect(row(page, 'c.txt')).toContainText(/Stored|Verified/);
  const id = (await box.server.owner.records()).find(({ name }) => name === 'b.txt')?.id ?? '';

  await page.getByRole('group', { name: 'a.txt, Stored' }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('group', { name: 'b.txt, Stored' })).toBeFocused();
  await page.keyboard.press('Enter');
  expect(await bridgeCalls(page)).toContain(`showInFolder ${id}`);
  await expect(page.getByText('The file is no longer there.')).toBeVisible();
  await page.keyboard.press('Delete');
  await expect(row(page, 'b.txt')).toHaveCount(0);
  await expect(page.getByRole('group', { name: 'c.txt, Stored' })).toBeFocused();

  await page.getByRole('button', { name: 'Clear finished' }).click();
  await expect(page.getByText('Nothing here yet')).toBeVisible();
  expect(await box.server.owner.records()).toEqual([]);
  await expectStored(box, paths);
});

test('an own failed upload can be retried; a filter shows what needs a person', async ({ page, box }) => {
  const good = announced('good.txt', 'good');
  const short = { ...announced('short.txt', 'too short'), size: 5000 };
  await box.server.owner.send(buildAnnouncedForm([good, short]));
  await openWindow(page, box);
  await expect(page.getByText('2 files: 1 stored, 1 needs you')).toBeVisible();
  await expect(row(page, 'short.txt')).toContainText('It arrived incomplete and was not stored. Retry.');
  await page.getByLabel('Needs you').check({ force: true });
  await expect(row(page, 'good.txt')).toHaveCount(0);
  await row(page, 'short.txt').getByRole('button', { name: 'Retry short.txt' }).click();
  expect(await bridgeCalls(page)).toContain(`retry ${short.id}`);
});

test('"Receive from phones" shows code, addresses and a QR code, then who came', async ({ page, box }) => {
  await openWindow(page, box);
  const toggle = page.getByRole('switch', { name: 'Receive from phones' });
  await expect(toggle).not.toBeChecked();
  await toggle.click();
  await expect(toggle).toBeChecked();
  await expect(page.getByText('K7M 4QX')).toBeVisible();
  await expect(page.getByText('http://10.0.0.7:41999')).toBeHidden();
  await expect(page.getByText('Waiting for the first device')).toBeVisible();
  const qr = page.getByRole('img', { name: 'QR code for http://192.168.1.20:41999' });
  await expect(qr).toBeVisible();
  // Every module is where it belongs, four modules of white around.
  const modules = await qr.evaluate((svg) => {
    const path = svg.querySelector('path');
    const edge = (svg as SVGSVGElement).viewBox.baseVal.width;
    const point = (svg as SVGSVGElement).createSVGPoint();
    return Array.from({ length: edge }, (_row, y) => Array.from({ length: edge }, (_cell, x) => {
      point.x = x + 0.5;
      point.y = y + 0.5;
      return path?.isPointInFill(point) === true;
    }));
  });
  const quiet = (row: readonly boolean[]): boolean[] => [...Array<boolean>(4).fill(false), ...row, ...Array<boolean>(4).fill(false)];
  const rows = RECEIVING.ways[0]?.qr ?? [];
  const white = Array<boolean>(rows.length + 8).fill(false);
  expect(modules).toEqual([white, white, white, white, ...rows.map(quiet), white, white, white, white]);

  await page.evaluate((state) => window.bridgeControls.push(state), { ...RECEIVING, visitors: [{ name: 'iPhone (Safari)', atMs: Date.now() }] });
  await expect(page.getByText('iPhone (Safari) opened the page')).toBeVisible();
  await page.evaluate(() => window.bridgeControls.menu('toggle-receive'));
  await expect(toggle).not.toBeChecked();
  await expect(page.getByText('K7M 4QX')).toHaveCount(0);
});

test('buttons and menu reach the bridge; what was left out is told', async ({ page, box }) => {
  await openWindow(page, box);
  await page.getByRole('button', { name: 'Choose files' }).click();
  await expect(page.getByText('locked.db was left out.')).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByText('locked.db')).toHaveCount(0);
  await page.evaluate(() => window.bridgeControls.menu('pick-folder'));
  await page.getByRole('button', { name: 'Change…' }).click();
  await expect(page.getByText('/mnt/uploads/Elsewhere')).toBeVisible();
  await page.getByTitle('Open the upload folder').click();
  expect(await bridgeCalls(page)).toEqual(['pickAndSend files', 'pickAndSend folder', 'showInFolder folder']);
});

test('a server that went away is told in a quiet line, and the queue is whole again afterwards', async ({ page, box, inbox }) => {
  await openWindow(page, box);
  await dropPaths(page, [await inbox.file('a.txt', 10)]);
  await expect(row(page, 'a.txt')).toContainText(/Stored|Verified/);
  box.proxy.breakDown();
  await expect(page.getByText('The computer does not answer. Trying again…')).toBeVisible();
  await expect(row(page, 'a.txt')).toBeVisible();
  await box.server.owner.send(buildAnnouncedForm([announced('meanwhile.txt', 'new')]));
  box.proxy.mend();
  await expect(row(page, 'meanwhile.txt')).toContainText(/Stored|Verified/);
  await expect(page.getByText('The computer does not answer. Trying again…')).toBeHidden();
});

test('polling is rare when nothing moves and frequent when something does', async ({ page, box }) => {
  await openWindow(page, box);
  await expect(page.getByText('Nothing here yet')).toBeVisible();
  const polls: number[] = [];
  page.on('request', (request) => { if (request.url().includes('/api/uploads?since=')) polls.push(performance.now()); });
  const gaps = async (count: number): Promise<number[]> => {
    polls.length = 0;
    await expect.poll(() => polls.length, { timeout: 20_000 }).toBeGreaterThan(count);
    return polls.slice(1, count + 1).map((at, index) => at - (polls[index] ?? 0));
  };
  for (const gap of await gaps(2)) expect(gap).toBeGreaterThan(1500);
  const upload = await openSlowUpload(box.server, { content: sampleBytes(1000) });
  await expect(row(page, 'slow.bin')).toBeVisible();
  for (const gap of await gaps(4)) expect(gap).toBeLessThan(1500);
  await upload.finish();
});

test('what failed on its way from a phone says from where it can be sent again', async ({ page, box }) => {
  const phone = await startSession(box.server, IPHONE);
  await phone.send(buildAnnouncedForm([{ ...announced('short.heic', 'too short'), size: 5000 }]));
  await openWindow(page, box);
  await expect(row(page, 'short.heic')).toContainText('It arrived incomplete and was not stored. It can be sent again from that device.');
  await expect(row(page, 'short.heic').getByRole('button', { name: /^Retry/ })).toHaveCount(0);
});

/** Makes an upload of that size, brings some of it, and breaks the connection. */
async function leaveInterrupted(box: Box, client: TestClient, name: string): Promise<string> {
  const id = randomUUID();
  await createTusClient(client).create({ id, size: 40_000_000, metadata: { filename: name, batch: randomUUID() } });
  const patch = await openPatch({ ...box.server, guest: client }, id, 0, 40_000_000);
  await patch.write(sampleBytes(10_000_000));
  await expect.poll(async () => (await client.record(id)).received).toBeGreaterThan(0);
  patch.socket.destroy();
  await expect.poll(async () => (await client.record(id)).state).toBe('interrupted');
  return id;
}

test('a paused upload of its own says so, and goes on by button and by key; all at once from the list’s bar', async ({ page, box }) => {
  const owner = box.server.owner;
  const id = await leaveInterrupted(box, owner, 'film.mov');
  const waiting: AnnouncedFile = { id: randomUUID(), name: 'later.txt', size: 1 };
  await owner.announce([waiting]);
  await openWindow(page, box);
  await expect(row(page, 'film.mov')).toContainText('Interrupted');
  await row(page, 'film.mov').getByRole('button', { name: 'Resume film.mov' }).click();
  expect(await bridgeCalls(page)).toEqual([`retry ${id}`]);
  await page.evaluate((ids) => window.bridgeControls.pushPaused(ids), [id]);
  await expect(row(page, 'film.mov')).toContainText('Paused');
  await expect(row(page, 'film.mov')).toContainText(/\d MB of 40 MB/);
  await expect(page.getByRole('contentinfo')).toContainText('1 paused');
  await row(page, 'film.mov').getByRole('button', { name: 'Resume film.mov' }).click();
  await row(page, 'later.txt').getByRole('button', { name: 'Pause later.txt' }).click();
  await page.getByRole('group', { name: 'film.mov, Paused' }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Pause all' }).click();
  await page.evaluate((ids) => window.bridgeControls.pushPaused(ids), [id, waiting.id]);
  await page.getByRole('button', { name: 'Resume all' }).click();
  await expect(page.getByRole('button', { name: 'Pause all' })).toHaveCount(0);
  await page.evaluate(() => window.bridgeControls.menu('pause-all'));
  expect((await bridgeCalls(page)).slice(1)).toEqual([`unpause ${id}`, `pause ${waiting.id}`, `unpause ${id}`, 'pause all', 'unpause all', 'pause all']);
  await page.getByLabel('Needs you').check({ force: true });
  await expect(row(page, 'film.mov')).toBeVisible();
  await page.getByLabel('On the way').check({ force: true });
  await expect(row(page, 'later.txt')).toHaveCount(0);
  await page.getByLabel('All', { exact: true }).check({ force: true });
  await page.getByRole('button', { name: 'Cancel all' }).click();
  await expect(row(page, 'film.mov')).toContainText('Cancelled');
  await expect(row(page, 'later.txt')).toContainText('Cancelled');
});

test('several that failed are retried at once', async ({ page, box }) => {
  const short = ['a.txt', 'b.txt'].map((name) => ({ ...announced(name, 'too short'), size: 5000 }));
  await box.server.owner.send(buildAnnouncedForm(short));
  await openWindow(page, box);
  await page.getByRole('button', { name: 'Retry all' }).click();
  expect(await bridgeCalls(page)).toEqual([`retry ${short.map(({ id }) => id).join(', ')}`]);
});

test('what another device left unfinished waits for that device; what it sent whole is verified, and its batch says so', async ({ page, box }) => {
  const phone = await startSession(box.server, IPHONE);
  await leaveInterrupted(box, phone, 'film.mov');
  const photos = await Promise.all(['a.jpg', 'b.jpg'].map(async (name) => ({ ...announced(name, name), digest: await xxh128(name) })));
  await phone.send(buildAnnouncedForm(photos), { 'X-Progress-ID': 'photos' });
  await openWindow(page, box);
  await expect(row(page, 'film.mov')).toContainText('It continues when that device is back.');
  await expect(row(page, 'film.mov').getByRole('button', { name: /Resume|Pause|Retry/ })).toHaveCount(0);
  await expect(row(page, 'a.jpg')).toContainText('Verified');
  await expect(page.getByText('2 photos: all stored and verified', { exact: true })).toBeVisible();
  await expect(page.getByRole('contentinfo')).toContainText('2 arrived, all verified');
});

test('title and taskbar tell how far it is, and nothing once it is there', async ({ page, box }) => {
  await openWindow(page, box);
  const upload = await openSlowUpload(box.server, { content: sampleBytes(4_000_000) });
  await upload.sendTo(2_000_000);
  await expect(page).toHaveTitle(/^(48|49|50)% · Slipway$/);
  await upload.finish();
  await expect(page).toHaveTitle('Slipway');
  const progress = await page.evaluate(() => window.bridgeControls.progress);
  expect(progress.at(-1)).toBeNull();
  expect(progress.slice(0, -1)).toEqual(progress.slice(0, -1).toSorted((one, other) => Number(one) - Number(other)));
});
