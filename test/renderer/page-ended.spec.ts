import { endAccess, listDevices } from '../helpers/devices.ts';
import { TEST_CODE } from '../helpers/launch-server.ts';
import { expect, test } from './helpers/fixtures.ts';
import { enter, expectStored } from './helpers/guest-page.ts';

const SIZE = 16_000_000;

test('C2: a page whose access is ended while it sends says what happened, sends nothing meanwhile, and goes on where it was after the code', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths = { 'film.mp4': await inbox.file('film.mp4', SIZE), 'photo.jpg': await inbox.file('photo.jpg', 200_000) };
  const received = async (): Promise<number> => (await box.server.owner.records()).find(({ name }) => name === 'film.mp4')?.received ?? 0;
  await guest.pick(...Object.values(paths));
  box.proxy.speed(3_000_000);
  await guest.send.click();
  await expect.poll(received, { intervals: [50], timeout: 30_000 }).toBeGreaterThan(2_000_000);
  const [device] = await listDevices(box.server.owner);
  if (device === undefined) throw new Error('No device');
  await endAccess(box.server.owner, device);
  await expect(page.getByText('ended the access of this device. What arrived is safe')).toBeVisible();
  await expect.poll(async () => (await box.server.owner.records()).find(({ name }) => name === 'film.mp4')?.state).toBe('interrupted');
  const kept = await received();
  const asked: string[] = [];
  page.on('request', (request) => { if (request.method() !== 'GET') asked.push(`${request.method()} ${request.url()}`); });
  box.proxy.speed(Number.POSITIVE_INFINITY);
  // A few polls long nothing is tried.
  await page.getByLabel('Code').click();
  await page.getByLabel('Code').pressSequentially(TEST_CODE, { delay: 300 });
  expect(asked).toEqual([]);
  const before = box.proxy.carriedBytes();
  await page.getByLabel('Code').press('Enter');
  await expect(guest.verdict).toHaveText('All 2 files arrived, every one verified', { timeout: 30_000 });
  expect(box.proxy.carriedBytes() - before).toBeLessThan(SIZE - kept + 3_000_000);
  await expectStored(box, paths);
});
