import { mkdir, readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import type { Application } from '../helpers/application.ts';
import { deleteUpload, readRecords, waitForUpload } from '../helpers/desktop-probe.ts';
import { hashFile, listStaging, listTree } from '../helpers/disk.ts';
import { ENDLESS_BYTES } from '../helpers/send-probe.ts';
import { partBytes, sendFilm } from '../helpers/send-film.ts';
import { sampleBytes, xxh128 } from '../helpers/sample-bytes.ts';
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

const listPath = () => path.join(app.userData, 'unfinished.json');
const readList = async () => JSON.parse(await readFile(listPath(), 'utf8')) as unknown;

/** Follows the upload until it is stored, and answers everything that was seen of it. */
async function followToEnd(id: string): Promise<readonly UploadRecord[]> {
  const seen: UploadRecord[] = [];
  await waitUntil('it to be stored', async () => {
    const now = (await readRecords(app.window)).find((record) => record.id === id);
    if (now !== undefined) seen.push(now);
    return now?.state === 'stored';
  }, 60_000);
  return seen;
}

async function expectNoStepBack(id: string, keptBytes: number): Promise<void> {
  const seen = await followToEnd(id);
  expect(keptBytes).toBeGreaterThan(0);
  expect(keptBytes).toBeLessThan(SIZE_BYTES);
  for (const { received } of seen) expect(received).toBeGreaterThanOrEqual(keptBytes);
  expect(await hashFile(path.join(app.uploadFolder, 'film.mov'))).toBe(await hashFile(app.inTemp('film.mov')));
  expect([...(await listTree(app.uploadFolder)).keys()]).toEqual(['film.mov']);
  expect(await listStaging(app.uploadFolder)).toEqual([]);
}

test('after quitting and starting again it goes on by itself, from what has arrived', async () => {
  const { id } = await sendFilm(app, sampleBytes(SIZE_BYTES, 7));
  await app.stop();
  expect((await stat(listPath())).mode & 0o777).toBe(0o600);
  const kept = await partBytes(app);
  await wired.start();
  await expectNoStepBack(id, kept);
  await app.stop();
  expect(await readList()).toEqual({ uploads: [] });
});

test('after kill -9 as well', async () => {
  const { id } = await sendFilm(app, SIZE_BYTES);
  app.signal('SIGKILL');
  await app.ended();
  const kept = await partBytes(app);
  await wired.start();
  await expectNoStepBack(id, kept);
});

test('a file that was written to between quitting and starting fails by name, and nothing of it is kept', async () => {
  await sendFilm(app, ENDLESS_BYTES);
  await app.stop();
  await utimes(app.inTemp('film.mov'), 1, 1);
  await wired.start();
  expect(await waitForUpload(app.window, 'film.mov', 'failed')).toMatchObject({ failure: { code: 'FILE_CHANGED' } });
  expect(await listStaging(app.uploadFolder)).toEqual([]);
  expect(await listTree(app.uploadFolder)).toEqual(new Map());
  await expect(app.window.getByRole('button', { name: 'Retry film.mov' })).toBeVisible();
});

test('what waited for its turn is sent at the next start; what is gone since then fails by name; what had arrived is forgotten', async () => {
  await writeFile(app.inTemp('done.txt'), 'done');
  await app.drop([app.inTemp('done.txt')]);
  const done = await waitForUpload(app.window, 'done.txt', 'stored');
  await app.stop();
  const doneStats = await stat(app.inTemp('done.txt'));
  await writeFile(app.inTemp('here.txt'), 'hello');
  const { size, mtimeMs: modifiedAtMs } = await stat(app.inTemp('here.txt'));
  const uploads = ['here.txt', 'gone.txt'].map((name) => ({ id: `id-${name}`, batch: 'b1', path: app.inTemp(name), name, folder: 'in', size, modifiedAtMs }));
  // As a crash leaves it, which came before the list was written anew.
  uploads.push({ id: done.id, batch: done.batch, path: app.inTemp('done.txt'), name: 'done.txt', folder: '', size: doneStats.size, modifiedAtMs: doneStats.mtimeMs });
  await writeFile(listPath(), JSON.stringify({ uploads }));
  await wired.start();
  expect(await waitForUpload(app.window, 'here.txt', 'stored')).toMatchObject({ id: 'id-here.txt', batch: 'b1', digest: await xxh128('hello') });
  expect(await waitForUpload(app.window, 'gone.txt', 'failed')).toMatchObject({ failure: { code: 'FILE_UNREADABLE' } });
  expect([...(await listTree(app.uploadFolder)).keys()].sort()).toEqual(['done.txt', 'in/here.txt']);
  await expect.poll(readList).toEqual({ uploads: [] });
});

test('quitting in the middle of many small files: all are there after the next start, and none of them twice', async () => {
  await mkdir(app.inTemp('many'));
  const names = Array.from({ length: 2000 }, (_none, index) => `many/${index}.txt`);
  for (const name of names) await writeFile(app.inTemp(name), name);
  await app.drop([app.inTemp('many')]);
  await waitUntil('some to be stored', async () => (await readRecords(app.window)).filter(({ state }) => state === 'stored').length > 100, 30_000);
  await app.stop();
  const before = (await listTree(app.uploadFolder)).size;
  expect(before).toBeLessThan(names.length);
  await wired.start();
  const inFolder = path.join(app.uploadFolder, 'many');
  await expect.poll(async () => (await readdir(inFolder)).length, { timeout: 60_000 }).toBeGreaterThanOrEqual(names.length);
  await expect.poll(readList).toEqual({ uploads: [] });
  expect([...(await listTree(app.uploadFolder)).keys()].sort()).toEqual(names.toSorted());
});

/** As long as nobody waits for. */
const FOREVER_MS = 3_600_000;
/** Pauses before the next try, when the shorter ones are over. */
const LONG_PAUSES_MS = [2000, 4000, 8000];

/** Lets every long pause of the main process last for ever, so that what goes on after one was told to. */
async function stretchPauses(): Promise<void> {
  await app.electron.evaluate((_electron, { longMs, foreverMs }) => {
    const start = globalThis.setTimeout;
    Object.assign(globalThis, {
      longPauses: 0,
      setTimeout: (call: () => void, ms: number) => {
        if (!longMs.includes(ms)) return start(call, ms);
        Object.assign(globalThis, { longPauses: Number(Reflect.get(globalThis, 'longPauses')) + 1 });
        return start(call, foreverMs);
      },
    });
  }, { longMs: LONG_PAUSES_MS, foreverMs: FOREVER_MS });
}

const longPauses = () => app.electron.evaluate(() => Number(Reflect.get(globalThis, 'longPauses')));

/** Takes the connection away until it has been tried several times, and gives it back. Answers what has arrived by then. */
async function loseConnectionForLong(): Promise<number> {
  const before = await longPauses();
  wired.proxy.takeDown();
  await waitUntil('it to have been tried again and again', async () => (await longPauses()) > before, 20_000);
  wired.proxy.bringUp();
  await waitForUpload(app.window, 'film.mov', 'interrupted');
  return partBytes(app);
}

/** Resolves when more of it has arrived than `keptBytes`, and it never was less. */
async function expectToGoOn(id: string, keptBytes: number): Promise<void> {
  const seen: number[] = [];
  await waitUntil('it to go on', async () => {
    const record = (await readRecords(app.window)).find((each) => each.id === id);
    seen.push(record?.received ?? 0);
    return record?.state === 'receiving' && record.received > keptBytes;
  }, 20_000);
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(keptBytes);
}

test('when the connection is gone for long it is interrupted and tried again; a retry goes on at once, so does a computer that wakes up, and cancelling removes what had arrived', async () => {
  await stretchPauses();
  const { id } = await sendFilm(app, ENDLESS_BYTES);
  const kept = await loseConnectionForLong();
  expect(kept).toBeGreaterThan(0);
  expect(await app.window.evaluate((each) => window.desktop.retry([each]), id)).toMatchObject({ ok: true });
  await expectToGoOn(id, kept);

  const keptThen = await loseConnectionForLong();
  await app.electron.evaluate(({ powerMonitor }) => void powerMonitor.emit('resume'));
  // The computer woke up: nobody has to ask for it.
  await expectToGoOn(id, keptThen);

  await loseConnectionForLong();
  await deleteUpload(app.window, id);
  await waitForUpload(app.window, 'film.mov', 'cancelled');
  expect(await listStaging(app.uploadFolder)).toEqual([]);
  await expect.poll(readList).toEqual({ uploads: [] });
});
