import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mountDisk } from '../helpers/mount-disk.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import { isRoot } from '../helpers/tools.ts';
import { expect, test } from './helpers/fixtures.ts';
import { enter, expectStored } from './helpers/guest-page.ts';

const MEGA = 1_000_000;

const onSmallDisk = test.extend({
  // eslint-disable-next-line no-empty-pattern -- Playwright finds out by the pattern what a fixture needs; this one needs nothing
  async serverOptions({}, use) {
    const temp = await makeTempFolder();
    const disk = await mountDisk(temp.path, 16 * MEGA);
    await use({ parent: temp.path });
    await disk.unmount();
    await temp.remove();
  },
});
onSmallDisk.skip(!isRoot(), 'Only root may mount a disk.');

onSmallDisk('F2: on a disk that is full a film waits, says why, and goes on by itself when there is room', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', 12 * MEGA);
  await guest.pick(path);
  box.proxy.speed(4 * MEGA);
  await guest.send.click();
  await expect.poll(async () => (await box.server.owner.records())[0]?.received ?? 0, { intervals: [20], timeout: 20_000 }).toBeGreaterThan(2 * MEGA);
  const filler = join(dirname(dirname(box.server.folder)), 'somebody-elses.bin');
  await expect(writeFile(filler, Buffer.alloc(16 * MEGA))).rejects.toMatchObject({ code: 'ENOSPC' });
  const why = 'The computer’s disk is full. It goes on by itself when there is room; nothing is lost.';
  await expect(guest.row('film.mp4')).toContainText(why);
  await expect(page.locator('.hint')).toHaveText(why);
  await expect(guest.row('film.mp4')).toContainText(/MB of 12 MB/);
  box.proxy.speed(100 * MEGA);
  await rm(filler);
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: 30_000 });
  await expectStored(box, { 'film.mp4': path });
});

test.describe('with a quota', () => {
  test.use({ serverOptions: { quotaBytes: 2.2 * MEGA } });

  test('D6: the page says how many do not fit and how much is free, before their first byte', async ({ page, box, inbox }) => {
    const guest = await enter(page, box);
    const paths = await Promise.all(['a.mp4', 'b.mp4', 'c.mp4'].map((name) => inbox.file(name, MEGA)));
    await guest.pick(...paths);
    await guest.send.click();
    await expect(guest.verdict).toHaveText('3 videos: 2 stored, 1 needs you');
    await expect(page.getByText('1 of 3 videos does not fit: 2.2 MB are free on the computer. Make room there and retry, or send less.')).toBeVisible();
    await expect(guest.row('c.mp4')).toContainText('The upload folder is as full as its owner lets it get.');
    await expectStored(box, { 'a.mp4': paths[0] ?? '', 'b.mp4': paths[1] ?? '' });
  });
});
