import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import type { ClientRequest } from 'node:http';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import { Application } from '../helpers/application.ts';
import { deleteUpload, readRecords, waitForUpload } from '../helpers/desktop-probe.ts';
import { hashFile, listStaging, listTree } from '../helpers/disk.ts';
import { ENDLESS_BYTES } from '../helpers/send-probe.ts';
import { partBytes, sendFilm } from '../helpers/send-film.ts';
import { sampleBytes, xxh128 } from '../helpers/sample-bytes.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const SIZE_BYTES = 300_000_000;

let app: Application;
test.beforeEach(async () => {
  app = new Application();
  await app.start();
});
test.afterEach(() => app.dispose());

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
  await app.start();
  await expectNoStepBack(id, kept);
  await app.stop();
  expect(await readList()).toEqual({ uploads: [] });
});

test('after kill -9 as well', async () => {
  const { id } = await sendFilm(app, SIZE_BYTES);
  app.signal('SIGKILL');
  await app.ended();
  const kept = await partBytes(app);
  await app.start();
  await expectNoStepBack(id, kept);
});

test('a file that was written to between quitting and starting fails by name, and nothing of it is kept', async () => {
  await sendFilm(app, ENDLESS_BYTES);
  await app.stop();
  await utimes(app.inTemp('film.mov'), 1, 1);
  await app.start();
  expect(await waitForUpload(app.window, 'film.mov', 'failed')).toMatchObject({ failure: { code: 'FILE_CHANGED' } });
  expect(await listStaging(app.uploadFolder)).toEqual([]);
  expect(await listTree(app.uploadFolder)).toEqual(new Map());
  await expect(app.window.getByRole('button', { name: 'Retry film.mov' })).toBeVisible();
});

test('what waited for its turn is sent at the next start; what is gone since then fails by name', async () => {
  await app.stop();
  await writeFile(app.inTemp('here.txt'), 'hello');
  const { size, mtimeMs: modifiedAtMs } = await stat(app.inTemp('here.txt'));
  const uploads = ['here.txt', 'gone.txt'].map((name) => ({ id: `id-${name}`, batch: 'b1', path: app.inTemp(name), name, folder: 'in', size, modifiedAtMs }));
  await writeFile(listPath(), JSON.stringify({ uploads }));
  await app.start();
  expect(await waitForUpload(app.window, 'here.txt', 'stored')).toMatchObject({ id: 'id-here.txt', batch: 'b1', digest: await xxh128('hello') });
  expect(await waitForUpload(app.window, 'gone.txt', 'failed')).toMatchObject({ failure: { code: 'FILE_UNREADABLE' } });
  expect([...(await listTree(app.uploadFolder)).keys()]).toEqual(['in/here.txt']);
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
  await app.start();
  await expect.poll(async () => (await listTree(app.uploadFolder)).size, { timeout: 60_000 }).toBeGreaterThanOrEqual(names.length);
  await expect.poll(readList).toEqual({ uploads: [] });
  expect([...(await listTree(app.uploadFolder)).keys()].sort()).toEqual(names.toSorted());
});

interface Wire {
  isCut: boolean;
  /** Tries since the last cut. */
  tries: number;
  readonly requests: Set<ClientRequest>;
}

/** Tries after a broken connection; from here on, the next comes 8 s after the last. */
const TRIES = 4;

/** Puts a wire into the main process that can be cut; the server behind it notices nothing but broken connections. */
async function layWire(): Promise<void> {
  await app.electron.evaluate(() => {
    const http = process.getBuiltinModule('node:http');
    const make = http.request as (...asked: readonly unknown[]) => ClientRequest;
    const wire: Wire = { isCut: false, tries: 0, requests: new Set() };
    Object.assign(globalThis, { wire });
    Object.assign(http, {
      request: (...asked: readonly unknown[]) => {
        const request = make(...asked);
        wire.requests.add(request);
        wire.tries += 1;
        if (wire.isCut) setImmediate(() => request.destroy(new Error('The wire is cut.')));
        return request;
      },
    });
  });
}

/** Cuts the wire until the tries have become rare, and mends it again. */
async function cutWire(): Promise<void> {
  await app.electron.evaluate(() => {
    const wire = Reflect.get(globalThis, 'wire') as Wire;
    Object.assign(wire, { isCut: true, tries: 0 });
    for (const request of wire.requests) request.destroy(new Error('The wire is cut.'));
  });
  await waitUntil('it to have been tried again and again', async () =>
    (await app.electron.evaluate(() => (Reflect.get(globalThis, 'wire') as Wire).tries)) >= TRIES, 20_000);
  await app.electron.evaluate(() => Object.assign(Reflect.get(globalThis, 'wire') as Wire, { isCut: false }) && undefined);
}

test('when the connection is gone for long it is interrupted and tried again; a retry goes on at once, so does a computer that wakes up, and cancelling removes what had arrived', async () => {
  await layWire();
  const { id } = await sendFilm(app, ENDLESS_BYTES);
  await cutWire();
  await waitForUpload(app.window, 'film.mov', 'interrupted');
  const kept = await partBytes(app);
  expect(kept).toBeGreaterThan(0);
  expect(await app.window.evaluate((each) => window.desktop.retry([each]), id)).toMatchObject({ ok: true });
  const seen: number[] = [];
  await waitUntil('it to go on', async () => {
    const record = (await readRecords(app.window)).find((each) => each.id === id);
    seen.push(record?.received ?? 0);
    return record?.state === 'receiving' && record.received > kept;
  }, 20_000);
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(kept);

  await cutWire();
  await waitForUpload(app.window, 'film.mov', 'interrupted');
  await app.electron.evaluate(({ powerMonitor }) => void powerMonitor.emit('resume'));
  // The computer woke up: nobody has to ask for it.
  await waitForUpload(app.window, 'film.mov', 'receiving');

  await cutWire();
  await waitForUpload(app.window, 'film.mov', 'interrupted');
  await deleteUpload(app.window, id);
  await waitForUpload(app.window, 'film.mov', 'cancelled');
  expect(await listStaging(app.uploadFolder)).toEqual([]);
  await expect.poll(readList).toEqual({ uploads: [] });
});
