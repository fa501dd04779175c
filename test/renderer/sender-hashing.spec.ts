import { open, readFile, utimes } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import { listStaging } from '../helpers/disk.ts';
import { sampleBytes, xxh128 } from '../helpers/sample-bytes.ts';
import { expect, test, type Box } from './helpers/fixtures.ts';
import { enter, expectStored } from './helpers/guest-page.ts';
import { tapUploads } from './helpers/tap-uploads.ts';

const MEGA = 1_000_000;
const PATIENCE_MS = 45_000;
const HASH_WORKER = /\/assets\/hash-worker-[^/]+\.js$/u;

test.describe.configure({ timeout: 120_000 });

/** Of one byte again and again, so that a "~" in it is wrong for sure. */
const plainBytes = (sizeBytes: number): Buffer => Buffer.alloc(sizeBytes, 'slipway');

async function hashesOf({ server }: Box): Promise<readonly Partial<Pick<UploadRecord, 'digest' | 'verified'>>[]> {
  return (await server.owner.records()).map(({ digest, verified }) => ({ ...(digest === undefined ? {} : { digest }), ...(verified === undefined ? {} : { verified }) }));
}

test('every file is hashed beside its sending, small, large and empty, and found to be the same', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths = {
    'empty.txt': await inbox.file('empty.txt', 0), 'small.txt': await inbox.file('small.txt', 3000),
    'quote "and" ümlaut.txt': await inbox.file('quote "and" ümlaut.txt', 70_000), 'large.bin': await inbox.file('large.bin', 30 * MEGA),
  };
  await guest.pick(...Object.values(paths));
  await guest.send.click();
  await expect(guest.verdict).toHaveText('All 4 files arrived, every one verified', { timeout: PATIENCE_MS });
  const expected = await Promise.all(Object.values(paths).map(async (path) => ({ digest: await xxh128(await readFile(path)), verified: true })));
  expect(await hashesOf(box)).toHaveLength(4);
  expect(await hashesOf(box)).toEqual(expect.arrayContaining(expected));
});

test('what resumes is verified as a whole', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', 24 * MEGA);
  await guest.pick(path);
  box.proxy.cutAfter(12 * MEGA, 'once');
  await guest.send.click();
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  expect(await hashesOf(box)).toEqual([{ digest: await xxh128(await readFile(path)), verified: true }]);
});

for (const { kind, size } of [{ kind: 'small', size: 40_000 }, { kind: 'large', size: 9 * MEGA }]) {
  test(`a ${kind} file that arrives as something else begins again by itself, once`, async ({ page, box, inbox }) => {
    await tapUploads(page, { spoil: 1 });
    const guest = await enter(page, box);
    const path = await inbox.file('file.bin', size, plainBytes(size));
    await guest.pick(path);
    await guest.send.click();
    await expect(guest.verdict).toHaveText('Your file arrived, verified', { timeout: PATIENCE_MS });
    await expectStored(box, { 'file.bin': path });
    expect(await page.evaluate(() => window.uploadTap.spoil)).toBe(0);
    expect(await page.evaluate(() => window.uploadTap.sizes.length)).toBeGreaterThan(1);
  });

  test(`a ${kind} file that arrives as something else again and again fails, and can be retried`, async ({ page, box, inbox }) => {
    await tapUploads(page, { spoil: Number.MAX_SAFE_INTEGER });
    const guest = await enter(page, box);
    const path = await inbox.file('file.bin', size, plainBytes(size));
    await guest.pick(path);
    await guest.send.click();
    await expect(guest.row('file.bin')).toContainText('Not sent', { timeout: PATIENCE_MS });
    expect((await box.server.owner.records()).map(({ state, failure }) => ({ state, code: failure?.code }))).toEqual([{ state: 'failed', code: 'CHECKSUM_MISMATCH' }]);
    await expectStored(box, {});
    expect((await listStaging(box.server.folder)).filter(({ name }) => name.endsWith('.part'))).toEqual([]);
    await page.evaluate(() => { window.uploadTap.spoil = 0; });
    await guest.retryFailed.click();
    await expect(guest.verdict).toHaveText('Your file arrived, verified', { timeout: PATIENCE_MS });
    await expectStored(box, { 'file.bin': path });
  });
}

test('a file that changes under the sending, unnoticed by browser and clock, arrives as one of both and not as a mixture', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const path = await inbox.file('film.mp4', 24 * MEGA);
  const date = new Date('2026-01-02T03:04:05Z');
  await utimes(path, date, date);
  await guest.pick(path);
  box.proxy.speed(4 * MEGA);
  await guest.send.click();
  await expect.poll(async () => (await box.server.owner.records()).some(({ received }) => received > 4 * MEGA), { intervals: [50], timeout: PATIENCE_MS }).toBe(true);
  box.proxy.speed(MEGA / 5);
  // In place, with the old date: nobody can see it but who reads the bytes.
  const file = await open(path, 'r+');
  await file.write(sampleBytes(24 * MEGA, 4711), 0, 24 * MEGA, 0);
  await file.close();
  await utimes(path, date, date);
  box.proxy.speed(Number.POSITIVE_INFINITY);
  await expect(guest.verdict).toHaveText('Your video arrived, verified', { timeout: PATIENCE_MS });
  await expectStored(box, { 'film.mp4': path });
});

test('a reading that hangs is begun again, and the file is verified', async ({ page, box, inbox }) => {
  await page.clock.install();
  await page.route(HASH_WORKER, async (route) => {
    const response = await route.fetch();
    const hangingOnce = 'const { stream } = Blob.prototype; Blob.prototype.stream = function () { Blob.prototype.stream = stream; return new ReadableStream(); };';
    await route.fulfill({ response, body: hangingOnce + await response.text() });
  });
  const guest = await enter(page, box);
  const path = await inbox.file('large.bin', 9 * MEGA);
  await guest.pick(path);
  await guest.send.click();
  await expect.poll(async () => (await box.server.owner.records())[0]?.received, { timeout: PATIENCE_MS }).toBe(9 * MEGA);
  await page.clock.fastForward(31_000);
  await expect(guest.row('large.bin')).toContainText('Reconnecting');
  await page.clock.fastForward(5000);
  await expect(guest.verdict).toHaveText('Your file arrived, verified', { timeout: PATIENCE_MS });
  await expectStored(box, { 'large.bin': path });
});

test('only the worker may run WebAssembly, and it may do nothing else', async ({ page, box, request }) => {
  const worker = page.waitForEvent('worker');
  const guest = await enter(page, box);
  await guest.pick(import.meta.filename);
  const url = (await worker).url();
  expect(url).toMatch(HASH_WORKER);
  expect((await request.get(url)).headers()['content-security-policy']).toBe("default-src 'none'; script-src 'wasm-unsafe-eval'");
  const policy = (await request.get(box.url)).headers()['content-security-policy'];
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain('wasm');
});

const HASHLESS: readonly { readonly what: string; readonly prepare: (page: Page) => Promise<unknown> }[] = [
  { what: 'without workers', prepare: (page) => page.addInitScript(() => { Reflect.deleteProperty(window, 'Worker'); }) },
  { what: 'whose worker cannot be loaded', prepare: (page) => page.route(HASH_WORKER, (route) => route.abort()) },
  {
    what: 'that forbids WebAssembly',
    async prepare(page) {
      await page.route(HASH_WORKER, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': "default-src 'none'" } });
      });
    },
  },
];

for (const { what, prepare } of HASHLESS) {
  test(`a browser ${what} sends all the same: stored, and not called verified`, async ({ page, box, inbox }) => {
    await prepare(page);
    const guest = await enter(page, box);
    const paths = { 'small.txt': await inbox.file('small.txt', 3000), 'large.bin': await inbox.file('large.bin', 10 * MEGA) };
    await guest.pick(...Object.values(paths));
    await guest.send.click();
    await expect(guest.verdict).toHaveText('All 2 files arrived', { timeout: PATIENCE_MS });
    await expectStored(box, paths);
    expect((await box.server.owner.records()).map(({ verified }) => verified)).toEqual([undefined, undefined]);
  });
}
