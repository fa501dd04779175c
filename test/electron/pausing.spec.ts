import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { MenuCommand } from '../../electron/contracts/bridge.ts';
import type { Application } from '../helpers/application.ts';
import { deleteUpload, readRecords, waitForUpload } from '../helpers/desktop-probe.ts';
import { hashFile, listStaging, listTree } from '../helpers/disk.ts';
import { ENDLESS_BYTES, holdAllTurns, openFilesOf } from '../helpers/send-probe.ts';
import { partBytes, sendFilm } from '../helpers/send-film.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { createWiredApp, type WiredApp } from '../helpers/wired-app.ts';

const SIZE_BYTES = 40_000_000;

let wired: WiredApp;
let app: Application;
test.beforeEach(async () => {
  wired = await createWiredApp();
  app = wired.app;
  await wired.start();
});
test.afterEach(() => wired.stop());

const pause = (ids: readonly string[] | null) => app.window.evaluate((wanted) => window.desktop.pause(wanted), ids);
const unpause = (ids: readonly string[] | null) => app.window.evaluate((wanted) => window.desktop.unpause(wanted), ids);
const readPaused = () => app.window.evaluate(() => window.desktop.getPaused());
const readList = async () => JSON.parse(await readFile(path.join(app.userData, 'unfinished.json'), 'utf8')) as { uploads: { id: string; paused?: true }[] };
const isAwake = () => app.electron.evaluate(({ powerSaveBlocker }) => [0, 1, 2, 3].some((id) => powerSaveBlocker.isStarted(id)));

/** Resolves when nothing of it moves any more; answers what is on disk then. */
async function waitUntilStill(): Promise<number> {
  await waitForUpload(app.window, 'film.mov', 'interrupted');
  await expect.poll(() => openFilesOf(app, 'film.mov')).toBe(0);
  return partBytes(app);
}

test('a paused upload keeps its bytes, stays paused over a restart, and goes on from there', async () => {
  const { id } = await sendFilm(app, sampleBytes(SIZE_BYTES, 7));
  expect(await pause([id])).toEqual({ ok: true, value: null });
  const kept = await waitUntilStill();
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(SIZE_BYTES);
  expect(await readPaused()).toEqual([id]);

  await wired.restart();
  expect(await waitForUpload(app.window, 'film.mov', 'interrupted')).toMatchObject({ id, received: kept });
  expect(await readPaused()).toEqual([id]);
  expect(await openFilesOf(app, 'film.mov')).toBe(0);

  await unpause([id]);
  const seen: number[] = [];
  await waitUntil('it to be stored', async () => {
    const now = (await readRecords(app.window)).find((record) => record.id === id);
    seen.push(now?.received ?? 0);
    return now?.state === 'stored';
  }, 60_000);
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(kept);
  expect(await hashFile(path.join(app.uploadFolder, 'film.mov'))).toBe(await hashFile(app.inTemp('film.mov')));
  expect([...(await listTree(app.uploadFolder)).keys()]).toEqual(['film.mov']);
  expect(await readPaused()).toEqual([]);
  await expect.poll(readList).toEqual({ uploads: [] });
});

test('twenty pauses, each let go at once, end in one whole file', async () => {
  const content = sampleBytes(SIZE_BYTES, 8);
  const { id } = await sendFilm(app, content);
  for (let times = 0; times < 20; times += 1) await Promise.all([pause([id]), unpause([id])]);
  await waitForUpload(app.window, 'film.mov', 'stored');
  expect(Object.fromEntries(await listTree(app.uploadFolder))).toEqual({ 'film.mov': sha256(content) });
  expect(await listStaging(app.uploadFolder)).toEqual([]);
});

test('all are paused, those that wait as well: nothing moves, the computer may sleep, quitting asks nothing, and all go on', async () => {
  await holdAllTurns(app);
  await writeFile(app.inTemp('small.txt'), 'small');
  await app.drop([app.inTemp('small.txt')]);
  await waitForUpload(app.window, 'small.txt', 'waiting');
  await expect.poll(isAwake).toBe(true);
  await pause(null);
  await expect.poll(async () => (await readRecords(app.window)).map(({ state }) => state).sort()).toEqual(['interrupted', 'interrupted', 'interrupted', 'interrupted', 'waiting']);
  expect(await readPaused()).toHaveLength(5);
  await expect.poll(isAwake).toBe(false);
  await app.electron.evaluate(({ dialog }) => {
    dialog.showMessageBox = () => {
      process.stderr.write('asked\n');
      return Promise.resolve({ response: 1, checkboxChecked: false });
    };
  });
  await app.electron.evaluate(({ app: electronApp }) => electronApp.quit());
  expect(await app.ended()).toBe(0);
  expect(app.log).not.toContain('asked');

  await wired.start();
  // The small one the server had forgotten; it is announced again, and waits.
  await waitForUpload(app.window, 'small.txt', 'waiting');
  expect(await readPaused()).toHaveLength(5);
  await unpause(null);
  await expect.poll(async () => (await readRecords(app.window)).filter(({ state }) => state === 'receiving').length).toBe(4);
  await expect.poll(isAwake).toBe(true);
  for (const { id, name } of await readRecords(app.window)) if (name.startsWith('endless')) await deleteUpload(app.window, id);
  await waitForUpload(app.window, 'small.txt', 'stored');
});

test('pausing all holds back what is still being found in a dropped folder, and a later drop goes', async () => {
  await mkdir(app.inTemp('many'));
  for (let index = 0; index < 3000; index += 1) await writeFile(app.inTemp('many', `${index}.txt`), `${index}`);
  await app.drop([app.inTemp('many')]);
  await pause(null);
  await expect.poll(async () => (await readRecords(app.window)).length).toBe(3000);
  await expect.poll(async () => {
    const stored = (await readRecords(app.window)).filter(({ state }) => state === 'stored').length;
    return stored + (await readPaused()).length;
  }).toBe(3000);
  expect((await readPaused()).length).toBeGreaterThan(1000);
  await writeFile(app.inTemp('later.txt'), 'x');
  await app.drop([app.inTemp('later.txt')]);
  await waitForUpload(app.window, 'later.txt', 'stored');
  await unpause(null);
  await expect.poll(async () => (await readRecords(app.window)).filter(({ state }) => state === 'stored').length, { timeout: 60_000 }).toBe(3001);
});

test('a paused upload can be cancelled, and retried', async () => {
  const { id } = await sendFilm(app, ENDLESS_BYTES);
  await pause([id]);
  await waitUntilStill();
  expect(await app.window.evaluate((each) => window.desktop.retry([each]), id)).toMatchObject({ ok: true });
  await waitForUpload(app.window, 'film.mov', 'receiving');
  expect(await readPaused()).toEqual([]);
  await pause([id]);
  await waitUntilStill();
  await deleteUpload(app.window, id);
  await waitForUpload(app.window, 'film.mov', 'cancelled');
  expect(await listStaging(app.uploadFolder)).toEqual([]);
  expect(await readPaused()).toEqual([]);
  await expect.poll(readList).toEqual({ uploads: [] });
});

test('a file that was written to while it was paused fails by name, and nothing of it is kept', async () => {
  const { id } = await sendFilm(app, ENDLESS_BYTES);
  await pause([id]);
  await waitUntilStill();
  await utimes(app.inTemp('film.mov'), 1, 1);
  await unpause([id]);
  expect(await waitForUpload(app.window, 'film.mov', 'failed')).toMatchObject({ failure: { code: 'FILE_CHANGED' } });
  expect(await listStaging(app.uploadFolder)).toEqual([]);
});

test('the menu pauses all, lets all go on, and cancels all', async () => {
  const choose = (command: MenuCommand) => app.electron.evaluate(({ Menu }, id) => {
    Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
  }, command);
  const { id } = await sendFilm(app, ENDLESS_BYTES);
  await choose('pause-all');
  await expect.poll(readPaused).toEqual([id]);
  await waitUntilStill();
  await choose('resume-all');
  await waitForUpload(app.window, 'film.mov', 'receiving');
  await choose('cancel-all');
  await waitForUpload(app.window, 'film.mov', 'cancelled');
});

test('the window says that it is paused, with a button and a key to go on; the taskbar tells how far it is while it moves', async () => {
  await app.electron.evaluate(({ BrowserWindow }) => {
    const shown: number[] = [];
    Object.assign(globalThis, { shown });
    const window = BrowserWindow.getAllWindows()[0];
    if (window !== undefined) window.setProgressBar = (fraction) => void shown.push(fraction);
  });
  const lastShown = () => app.electron.evaluate(() => (Reflect.get(globalThis, 'shown') as number[]).at(-1));
  const title = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle());
  // Long enough for all of this, and yet of a size of which one percent is soon there.
  await sendFilm(app, 1e9);
  await expect.poll(lastShown).toBeGreaterThan(0);
  await expect.poll(title).toMatch(/^\d+% · Slipway$/);
  await app.window.getByRole('button', { name: 'Pause film.mov' }).click();
  const row = () => app.window.getByRole('group', { name: 'film.mov, Paused' });
  await expect(row()).toContainText(/of 1 GB/);
  await expect(app.window.getByRole('contentinfo')).toContainText('1 paused');
  await expect.poll(lastShown).toBe(-1);
  await expect.poll(title).toBe('Slipway');
  await wired.restart();
  await row().focus();
  await app.window.keyboard.press('Space');
  await waitForUpload(app.window, 'film.mov', 'receiving');
  await app.window.getByRole('button', { name: 'Pause all' }).click();
  await expect(row()).toBeVisible();
  await app.window.getByRole('button', { name: 'Resume all' }).click();
  await waitForUpload(app.window, 'film.mov', 'receiving');
});
