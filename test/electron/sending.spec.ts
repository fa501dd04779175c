import { appendFile, mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { Application } from '../helpers/application.ts';
import { deleteUpload, readRecords, waitForUpload } from '../helpers/desktop-probe.ts';
import { hashFile, listStaging, listTree } from '../helpers/disk.ts';
import { ENDLESS_BYTES, freeAllTurns, holdAllTurns, openFilesOf, watchBar } from '../helpers/send-probe.ts';
import { sampleBytes, sha256, xxh128 } from '../helpers/sample-bytes.ts';
import { makeSparseFile } from '../helpers/sparse-file.ts';
import { createWiredApp, type WiredApp } from '../helpers/wired-app.ts';

let wired: WiredApp;
let app: Application;
test.beforeEach(async () => {
  wired = await createWiredApp();
  app = wired.app;
  await wired.start();
});
test.afterEach(() => wired.stop());

const rowOf = (page: Page, name: string) => page.getByRole('group', { name: new RegExp(`^${name}, `) });

test('a dropped folder and a dropped file show at once, move, and arrive byte for byte', async () => {
  await mkdir(app.inTemp('Holiday/Day 1'), { recursive: true });
  const contents = new Map<string, Buffer>([
    ['Holiday/Day 1/a.jpg', sampleBytes(40_000, 1)],
    ['Holiday/Day 1/ä “ö”.jpg', sampleBytes(3_000_000, 2)],
    ['Holiday/empty.txt', Buffer.alloc(0)],
    ['Holiday/film.mov', sampleBytes(30_000_000, 3)],
    ['single.bin', sampleBytes(1_500_000, 4)],
  ]);
  for (const [name, bytes] of contents) await writeFile(app.inTemp(name), bytes);
  const barWatch = watchBar(app.window, 'film.mov');
  await app.drop([app.inTemp('Holiday'), app.inTemp('single.bin')]);
  await expect(rowOf(app.window, 'film.mov')).toBeVisible();
  for (const name of ['a.jpg', 'empty.txt', 'film.mov', 'single.bin']) await expect(rowOf(app.window, name)).toContainText(/Stored|Verified/, { timeout: 60_000 });

  const expected = [...contents].map(([name, bytes]) => [name.normalize('NFC'), sha256(bytes)] as const);
  expect(Object.fromEntries(await listTree(app.uploadFolder))).toEqual(Object.fromEntries(expected));
  expect(await listStaging(app.uploadFolder)).toEqual([]);
  const records = await readRecords(app.window);
  expect(new Set(records.map(({ batch }) => batch)).size).toBe(1);
  for (const record of records) expect(record).toMatchObject({ state: 'stored', sender: { kind: 'window' } });
  const seen = await barWatch.stop();
  expect(seen.length, `the bar stood at ${seen.join(', ')}`).toBeGreaterThan(2);
  expect(seen).toEqual([...seen].sort((one, other) => one - other));
});

test('file bytes never cross IPC', async () => {
  const bytes = sampleBytes(20_000_000);
  await writeFile(app.inTemp('a.bin'), bytes);
  await app.electron.evaluate(({ BrowserWindow }) => {
    const spied: string[] = [];
    Object.assign(globalThis, { spied });
    // Electron's own event for what `ipcRenderer.invoke` and `send` bring; there is no public one.
    for (const name of ['-ipc-invoke', '-ipc-message'] as const) {
      BrowserWindow.getAllWindows()[0]?.webContents.on(name as 'focus', (...all: unknown[]) => spied.push(JSON.stringify(all.slice(2))));
    }
  });
  await app.drop([app.inTemp('a.bin')]);
  await waitForUpload(app.window, 'a.bin', 'stored');
  const spied = await app.electron.evaluate(() => Reflect.get(globalThis, 'spied') as string[]);
  expect(spied.filter((call) => call.includes('files:send'))).toEqual([JSON.stringify(['files:send', [{ paths: [app.inTemp('a.bin')] }]])]);
  for (const call of spied) expect(call.length).toBeLessThan(1000);
  expect(await hashFile(path.join(app.uploadFolder, 'a.bin'))).toBe(sha256(bytes));
});

test('a cancelled upload leaves nothing, and the others arrive', async () => {
  await makeSparseFile(app.inTemp('endless.bin'), ENDLESS_BYTES);
  await writeFile(app.inTemp('small.txt'), 'hello');
  await app.drop([app.inTemp('endless.bin'), app.inTemp('small.txt')]);
  await waitForUpload(app.window, 'endless.bin', 'receiving');
  await app.window.getByRole('button', { name: 'Cancel endless.bin' }).click();
  await expect(rowOf(app.window, 'endless.bin')).toContainText('Cancelled');
  await waitForUpload(app.window, 'small.txt', 'stored');
  await expect.poll(() => listStaging(app.uploadFolder)).toEqual([]);
  expect([...(await listTree(app.uploadFolder)).keys()]).toEqual(['small.txt']);
  await expect.poll(() => openFilesOf(app, 'endless.bin')).toBe(0);
});

test('what waits can be cancelled before its turn, and never comes', async () => {
  await holdAllTurns(app);
  await writeFile(app.inTemp('late.bin'), sampleBytes(2_000_000));
  await app.drop([app.inTemp('late.bin')]);
  const { id } = await waitForUpload(app.window, 'late.bin', 'waiting');
  await deleteUpload(app.window, id);
  await waitForUpload(app.window, 'late.bin', 'cancelled');
  await freeAllTurns(app);
  await writeFile(app.inTemp('next.txt'), 'x');
  await app.drop([app.inTemp('next.txt')]);
  await waitForUpload(app.window, 'next.txt', 'stored');
  expect([...(await listTree(app.uploadFolder)).keys()]).toEqual(['next.txt']);
});

test('no more than four are sent at once', async () => {
  await holdAllTurns(app);
  await makeSparseFile(app.inTemp('fifth.bin'), ENDLESS_BYTES);
  await app.drop([app.inTemp('fifth.bin')]);
  await waitForUpload(app.window, 'fifth.bin', 'waiting');
  expect((await readRecords(app.window)).filter(({ state }) => state === 'receiving')).toHaveLength(4);
});

test('a file that changes or goes before its turn fails by name, its neighbours arrive, and a retry sends what is there now', async () => {
  await holdAllTurns(app);
  await mkdir(app.inTemp('in'));
  for (const name of ['a.txt', 'changed.txt', 'gone.txt', 'z.txt']) await writeFile(app.inTemp('in', name), name);
  await makeSparseFile(app.inTemp('in/big-gone.bin'), 5_000_000);
  await app.drop([app.inTemp('in')]);
  await waitForUpload(app.window, 'z.txt', 'waiting');
  await appendFile(app.inTemp('in/changed.txt'), ' and more');
  await rm(app.inTemp('in/gone.txt'));
  await rm(app.inTemp('in/big-gone.bin'));
  await freeAllTurns(app);

  for (const name of ['a.txt', 'z.txt']) await waitForUpload(app.window, name, 'stored');
  expect(await waitForUpload(app.window, 'changed.txt', 'failed')).toMatchObject({ failure: { code: 'FILE_CHANGED' } });
  for (const name of ['gone.txt', 'big-gone.bin']) {
    expect(await waitForUpload(app.window, name, 'failed')).toMatchObject({ failure: { code: 'FILE_UNREADABLE' } });
  }
  expect([...(await listTree(app.uploadFolder)).keys()].sort()).toEqual(['in/a.txt', 'in/z.txt']);

  const before = await waitForUpload(app.window, 'changed.txt', 'failed');
  await app.window.getByRole('button', { name: 'Retry changed.txt' }).click();
  expect(await waitForUpload(app.window, 'changed.txt', 'stored')).toMatchObject({ id: before.id, digest: await xxh128('changed.txt and more') });
  const gone = await waitForUpload(app.window, 'gone.txt', 'failed');
  expect(await app.window.evaluate((id) => window.desktop.retry([id]), gone.id)).toMatchObject({ ok: false, failure: { code: 'FILE_MISSING' } });
});

test('a file that grows while it is sent is never stored', async () => {
  await makeSparseFile(app.inTemp('growing.bin'), 30e6);
  await app.drop([app.inTemp('growing.bin')]);
  await waitForUpload(app.window, 'growing.bin', 'receiving');
  await appendFile(app.inTemp('growing.bin'), 'more');
  expect(await waitForUpload(app.window, 'growing.bin', 'failed', 'stored')).toMatchObject({ state: 'failed', failure: { code: 'FILE_CHANGED' } });
  await expect.poll(() => listStaging(app.uploadFolder)).toEqual([]);
  expect([...(await listTree(app.uploadFolder)).keys()]).toEqual([]);
});

test('what cannot be sent is named, the rest goes', async () => {
  await mkdir(app.inTemp('in'));
  await writeFile(app.inTemp('in/a.txt'), 'x');
  await symlink('/etc/passwd', app.inTemp('in/b.txt'));
  await app.drop([app.inTemp('in')]);
  await waitForUpload(app.window, 'a.txt', 'stored');
  await expect(app.window.getByText('in/b.txt')).toBeVisible();
  expect([...(await listTree(app.uploadFolder)).keys()]).toEqual(['in/a.txt']);
});

/** Twenty times what travels in one request. */
const MANY = 4000;

test('thousands of files do not stop the window, and all arrive', async () => {
  await mkdir(app.inTemp('many'));
  for (let index = 0; index < MANY; index += 1) await writeFile(app.inTemp('many', `${index}.txt`), `${index}`);
  await app.drop([app.inTemp('many')]);
  const slowestMs = await app.window.evaluate(async () => {
    let slowest = 0;
    for (let asked = 0; asked < 100; asked += 1) {
      const before = performance.now();
      await window.desktop.getSettings();
      slowest = Math.max(slowest, performance.now() - before);
    }
    return slowest;
  });
  expect(slowestMs).toBeLessThan(1000);
  await expect.poll(async () => (await readRecords(app.window)).filter(({ state }) => state === 'stored').length, { timeout: 100_000, intervals: [500] }).toBe(MANY);
  expect((await stat(path.join(app.uploadFolder, `many/${MANY - 1}.txt`))).size).toBe(4);
});
