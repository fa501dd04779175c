import type { Page } from '@playwright/test';
import { listStaging } from '../helpers/disk.ts';
import { expect, test, type Box } from './helpers/fixtures.ts';
import { enter, expectStored } from './helpers/guest-page.ts';

const MEGA = 1_000_000;
const SIZE = 16 * MEGA;
/** What is said besides. */
const TALK_BYTES = MEGA / 2;
const PATIENCE_MS = 45_000;

test.describe.configure({ timeout: 120_000 });

async function expectStates({ server }: Box, states: readonly string[]): Promise<void> {
  await expect.poll(async () => (await server.owner.records()).map(({ state }) => state).sort(), { intervals: [50], timeout: PATIENCE_MS }).toEqual(states);
}

/** So little that what lies in the line's buffers is not all of a piece, or the server would wait for the next one. */
async function expectSome({ server }: Box, bytes: number): Promise<void> {
  await expect.poll(async () => (await server.owner.records()).some(({ received }) => received > bytes), { intervals: [50], timeout: PATIENCE_MS }).toBe(true);
}

const button = (page: Page, name: string): ReturnType<Page['getByRole']> => page.getByRole('button', { name, exact: true });

test('a large file that is paused keeps what has arrived, and only the rest travels when it goes on', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', SIZE);
  await guest.pick(path);
  box.proxy.speed(4 * MEGA);
  await guest.send.click();
  await expectSome(box, MEGA);
  await button(page, 'Pause film.mp4').click();
  await expect(guest.row('film.mp4')).toContainText('Paused');
  await expectStates(box, ['interrupted']);
  const [record] = await box.server.owner.records();
  const held = record?.received ?? 0;
  box.proxy.speed(Number.POSITIVE_INFINITY);
  const before = box.proxy.carriedBytes();
  await button(page, 'Resume film.mp4').click();
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  expect(box.proxy.carriedBytes() - before).toBeLessThan(SIZE - held + TALK_BYTES);
  await expectStored(box, { 'film.mp4': path });
});

test('all are paused and go on, whatever their turn was, and one can be let go', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths: Record<string, string> = { 'one.bin': await inbox.file('one.bin', SIZE), 'two.bin': await inbox.file('two.bin', SIZE), 'three.bin': await inbox.file('three.bin', SIZE) };
  const unwanted = await inbox.file('unwanted.bin', SIZE);
  await guest.pick(...Object.values(paths), unwanted);
  box.proxy.speed(4 * MEGA);
  await guest.send.click();
  await expectSome(box, MEGA);
  await button(page, 'Pause all').click();
  for (const name of [...Object.keys(paths), 'unwanted.bin']) await expect(guest.row(name)).toContainText('Paused');
  await expectStates(box, ['interrupted', 'interrupted', 'waiting', 'waiting']);
  await guest.row('unwanted.bin').getByRole('button', { name: 'Cancel unwanted.bin' }).click();
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await button(page, 'Resume all').click();
  await expect(guest.verdict).toHaveText('3 files arrived, every one verified', { timeout: PATIENCE_MS });
  await expectStored(box, paths);
  expect((await listStaging(box.server.folder)).filter(({ name }) => name.endsWith('.part'))).toEqual([]);
});

test('one is paused while another goes on', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths = { 'one.bin': await inbox.file('one.bin', SIZE), 'two.bin': await inbox.file('two.bin', 12 * MEGA) };
  await guest.pick(...Object.values(paths));
  box.proxy.speed(4 * MEGA);
  await guest.send.click();
  await expectSome(box, MEGA);
  await button(page, 'Pause one.bin').click();
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.row('two.bin')).toContainText('Verified', { timeout: PATIENCE_MS });
  await expect(guest.row('one.bin')).toContainText('Paused');
  await button(page, 'Resume one.bin').click();
  await expect(guest.verdict).toHaveText('All 2 files arrived, every one verified', { timeout: PATIENCE_MS });
  await expectStored(box, paths);
});

test('what the owner cancels while it is paused is told as cancelled', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await guest.pick(await inbox.file('film.mp4', SIZE));
  box.proxy.speed(4 * MEGA);
  await guest.send.click();
  await expectSome(box, MEGA);
  await button(page, 'Pause film.mp4').click();
  await expectStates(box, ['interrupted']);
  const [record] = await box.server.owner.records();
  await box.server.owner.remove(record?.id ?? '');
  await expect(guest.verdict).toHaveText('Cancelled');
});
