import { utimes } from 'node:fs/promises';
import { dropPaths } from './helpers/drop-paths.ts';
import { expect, test, type Box } from './helpers/fixtures.ts';
import { enter, expectStored, guestPage } from './helpers/guest-page.ts';
import { FILM_BYTES, PATIENCE_MS, TALK_BYTES, sendSome, settledBytes } from './helpers/send-some.ts';

const MEGA = 1_000_000;

test.describe.configure({ timeout: 120_000 });

test('after a reload the page asks for exactly what is unfinished, and only the missing bytes travel', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths = { 'film.mp4': await inbox.file('film.mp4', FILM_BYTES), 'other.txt': await inbox.file('other.txt', 500) };
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
  expect(box.proxy.carriedBytes() - before).toBeLessThan(FILM_BYTES - held + TALK_BYTES);
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
  const path = await inbox.file('Trip/film.mp4', FILM_BYTES);
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
  expect(box.proxy.carriedBytes() - before).toBeLessThan(FILM_BYTES - held + TALK_BYTES);
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
  const paths = { 'note.txt': await inbox.file('note.txt', 500), 'film.mp4': await inbox.file('film.mp4', FILM_BYTES) };
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
  const path = await inbox.file('film.mp4', FILM_BYTES);
  await guest.pick(path);
  await sendSome({ box, guest, page });
  await page.reload();
  await expect(guest.verdict).toHaveText('1 video did not finish');
  const other = await inbox.file('other/film.mp4', FILM_BYTES);
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
    const path = await inbox.file('film.mp4', FILM_BYTES);
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
    expect(box.proxy.carriedBytes() - before).toBeLessThan(FILM_BYTES - held + TALK_BYTES);
    await expectStored(box, { 'film.mp4': path });
  });
});
