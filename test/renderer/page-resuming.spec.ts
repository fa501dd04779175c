import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile, listStaging, listTree } from '../helpers/disk.ts';
import { TEST_CODE } from '../helpers/launch-server.ts';
import { sampleBytes } from '../helpers/sample-bytes.ts';
import { expect, test, type Box } from './helpers/fixtures.ts';
import { enter, expectStored, guestPage } from './helpers/guest-page.ts';
import { createKillableServer } from './helpers/killable-server.ts';
import { startSlowProxy, type SlowProxy } from './helpers/slow-proxy.ts';

const KILO = 1000;
const MEGA = 1_000_000;
const SIZE = 20 * MEGA;
const MIDDLING = 16 * MEGA;
/**
 * What may have to travel again after a loss, besides what was on the way: Chromium itself repeats a request whose reused connection
 * was cut, and the server, which refuses that piece as misplaced, lets so much of it in.
 */
const REPEATED_BYTES = 8 << 20;
/** What may be on the way, not yet on the server's disk, when a connection ends. */
const BUFFER_BYTES = 1 << 20;
/** Polls, announcements and headers of a whole test. */
const TALK_BYTES = MEGA;
/** A busy machine takes its time for so many bytes. */
const PATIENCE_MS = 45_000;
const LOST = /^Connection lost\. Trying again (now|in \d+ sec)\. Nothing is lost\.$/;

test.describe.configure({ timeout: 120_000 });

function expectOnlyMissing(proxy: SlowProxy, sizeBytes: number): void {
  expect(proxy.carriedBytes()).toBeGreaterThanOrEqual(sizeBytes);
  expect(proxy.carriedBytes()).toBeLessThanOrEqual(sizeBytes + REPEATED_BYTES + BUFFER_BYTES + TALK_BYTES);
}

/** Staging holds uploads as pairs of files; folders in it are none. */
async function unfinished({ server }: Box): Promise<readonly string[]> {
  return (await listStaging(server.folder)).map(({ name }) => name).filter((name) => /\.(part|json)$/.test(name));
}

async function expectBytesAtServer(proxy: SlowProxy, bytes: number): Promise<void> {
  await expect.poll(() => proxy.carriedBytes(), { intervals: [20], timeout: PATIENCE_MS }).toBeGreaterThan(bytes);
}

for (const percent of [10, 50, 99]) {
  test(`a large file that is cut at ${percent}% goes on from there`, async ({ page, box, inbox }) => {
    const guest = await enter(page, box);
    const path = await inbox.file('film.mp4', SIZE);
    await guest.pick(path);
    // Slower than the server, or what the line's buffers hold would have to travel again as well.
    box.proxy.speed(10 * MEGA);
    box.proxy.cutAfter((SIZE * percent) / 100, 'once');
    await guest.send.click();
    await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
    expectOnlyMissing(box.proxy, SIZE);
    await expectStored(box, { 'film.mp4': path });
    expect(await unfinished(box)).toEqual([]);
  });
}

test('while the line is down the page says when it tries again, and how much is safe', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', MIDDLING);
  await guest.pick(path);
  // Slow enough for the page to hear how much has arrived before the line goes.
  box.proxy.speed(6 * MEGA);
  box.proxy.cutAfter(MIDDLING / 3, 'for-good');
  await guest.send.click();
  await expectBytesAtServer(box.proxy, MIDDLING / 3 - 1);
  await expect(page.getByText(/^Connection lost\. Trying again in \d+ sec\. Nothing is lost\.$/)).toBeVisible();
  await expect(guest.row('film.mp4')).toContainText('Reconnecting');
  await expect(guest.row('film.mp4')).toContainText(/MB of 16 MB/);
  // More than one try, so that a try that fails is seen to be followed by another.
  await expect(page.getByText('Trying again in 4 sec')).toBeVisible();
  box.proxy.speed(Number.POSITIVE_INFINITY);
  box.proxy.mend();
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  expectOnlyMissing(box.proxy, MIDDLING);
  await expectStored(box, { 'film.mp4': path });
});

test('a browser that was offline goes on as soon as it is online', async ({ page, context, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', MIDDLING);
  await guest.pick(path);
  box.proxy.speed(4 * MEGA);
  await guest.send.click();
  await expectBytesAtServer(box.proxy, MIDDLING / 8);
  await context.setOffline(true);
  // What is on its way already, Chromium lets go on.
  box.proxy.breakDown();
  await expect(page.getByText(LOST)).toBeVisible();
  box.proxy.mend();
  await context.setOffline(false);
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  expectOnlyMissing(box.proxy, MIDDLING);
  await expectStored(box, { 'film.mp4': path });
});

test('a server that is killed and started again gets the rest', async ({ page, inbox }) => {
  const folder = join(inbox.folder, 'received');
  await mkdir(folder);
  const proxy = await startSlowProxy();
  const host = `127.0.0.1:${proxy.port}`;
  const server = await createKillableServer(folder, [host]);
  proxy.target(server.port);
  try {
    await server.start();
    await page.goto(`http://${host}/#${TEST_CODE}`);
    const guest = guestPage(page);
    const path = await inbox.file('film.mp4', MIDDLING);
    await guest.pick(path);
    proxy.speed(4 * MEGA);
    await guest.send.click();
    await expectBytesAtServer(proxy, MIDDLING / 8);
    await server.kill();
    await expect(page.getByText(LOST)).toBeVisible();
    await server.start();
    proxy.speed(Number.POSITIVE_INFINITY);
    await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
    expectOnlyMissing(proxy, MIDDLING);
    expect(Object.fromEntries(await listTree(folder))).toEqual({ 'film.mp4': await hashFile(path) });
  } finally {
    await proxy.stop();
    await server.kill();
  }
});

test('cancelling in the middle leaves nothing behind', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('unwanted.mp4', MIDDLING));
  box.proxy.speed(4 * MEGA);
  await guest.send.click();
  await expectBytesAtServer(box.proxy, MIDDLING / 8);
  expect(await unfinished(box)).toHaveLength(2);
  await guest.row('unwanted.mp4').getByRole('button', { name: 'Cancel unwanted.mp4' }).click();
  await expect(guest.verdict).toHaveText('Cancelled');
  await expect.poll(() => unfinished(box)).toEqual([]);
  await expectStored(box, {});
});

test('what is cancelled while the line is down is given up when it is back, and can be sent again', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('unwanted.mp4', MIDDLING);
  await guest.pick(path);
  box.proxy.cutAfter(MIDDLING / 4, 'for-good');
  await guest.send.click();
  await expectBytesAtServer(box.proxy, MIDDLING / 4 - 1);
  await expect(page.getByText(LOST)).toBeVisible();
  await guest.row('unwanted.mp4').getByRole('button', { name: 'Cancel unwanted.mp4' }).click();
  await expect(guest.verdict).toHaveText('Cancelled');
  expect(await unfinished(box)).toHaveLength(2);
  box.proxy.mend();
  await expect.poll(() => unfinished(box), { timeout: PATIENCE_MS }).toEqual([]);
  await guest.row('unwanted.mp4').getByRole('button', { name: 'Retry unwanted.mp4' }).click();
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  await expectStored(box, { 'unwanted.mp4': path });
});

test('two large files and fifty small ones all arrive, the small ones first', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths: Record<string, string> = { 'one.bin': await inbox.file('one.bin', MIDDLING), 'two.bin': await inbox.file('two.bin', MIDDLING) };
  for (let index = 0; index < 50; index += 1) paths[`${index}.txt`] = await inbox.file(`${index}.txt`, 10 * KILO + index);
  await guest.pick(...Object.values(paths));
  box.proxy.speed(2 * MEGA);
  await guest.send.click();
  await expect.poll(async () => (await box.server.owner.records()).filter(({ state }) => state === 'stored').length, { intervals: [50], timeout: PATIENCE_MS }).toBe(50);
  expect((await box.server.owner.records()).filter(({ size, state }) => size === MIDDLING && state === 'stored')).toEqual([]);
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.verdict).toHaveText('All 52 files arrived, every one verified', { timeout: PATIENCE_MS });
  await expectStored(box, paths);
});

test('a file that changes while it waits for the line fails clearly, and nothing of it stays', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', MIDDLING);
  const before = await readFile(path);
  await guest.pick(path);
  box.proxy.cutAfter(MIDDLING / 4, 'for-good');
  await guest.send.click();
  await expectBytesAtServer(box.proxy, MIDDLING / 4 - 1);
  await expect(page.getByText(LOST)).toBeVisible();
  // The same size; browsers tell files apart by the second of their last change.
  await writeFile(path, sampleBytes(before.byteLength, 4711));
  const later = new Date(Date.now() + 60_000);
  await utimes(path, later, later);
  box.proxy.mend();
  await expect(guest.row('film.mp4')).toContainText('changed or moved after you chose it', { timeout: PATIENCE_MS });
  await expect(guest.row('film.mp4').getByRole('button', { name: 'Retry film.mp4' })).toHaveCount(0);
  await expect.poll(() => unfinished(box)).toEqual([]);
  await expectStored(box, {});
});
