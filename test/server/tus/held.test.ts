import { utimes } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { FILE_DIGEST_HEADER, UPLOAD_COMPLETE_HEADER } from '../../../server/contracts/api.ts';
import { listStaging, listTree } from '../../helpers/disk.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import type { TestServerOptions } from '../../helpers/launch-server.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, offsetIn, stagedPath, startUpload } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(100_000);
const MORE_FOLLOWS = { [UPLOAD_COMPLETE_HEADER]: '?0' };
const NOTHING = Buffer.alloc(0);

function digestOf(content: Buffer): Readonly<Record<string, string>> {
  return { [FILE_DIGEST_HEADER]: `sha-256=:${Buffer.from(sha256(content), 'hex').toString('base64')}:` };
}

/** An upload all of whose bytes are here, and whose sender has more to say. */
async function startHeld(options: TestServerOptions = {}) {
  const server = await startTestServer(options);
  const disk = await watchDisk(server);
  const tus = createTusClient(server.guest);
  await tus.create({ size: CONTENT.length, id: 'one', metadata: { filename: 'film.mov' } });
  const answer = await tus.patch('one', 0, CONTENT, MORE_FOLLOWS);
  return { server, disk, tus, answer };
}

test('all bytes are here, and it is not stored: not by them, by a question, or by a second creation', async () => {
  const { server, disk, tus, answer } = await startHeld();
  const others = [await tus.head('one'), await tus.create({ size: CONTENT.length, id: 'one', metadata: { filename: 'film.mov' } })];
  for (const each of [answer, ...others]) expect([offsetIn(each), each.headers['upload-expires'] === undefined]).toEqual([CONTENT.length, false]);
  expect(await server.guest.record('one')).toMatchObject({ state: 'receiving', received: CONTENT.length });
  await disk.expectKept({ one: CONTENT });
});

test('an empty PATCH that says the hash stores it, verified', async () => {
  const { server, disk, tus } = await startHeld();
  const end = await tus.patch('one', CONTENT.length, NOTHING, digestOf(CONTENT));
  expect([end.status, end.headers['upload-expires']]).toEqual([204, undefined]);
  expect(await server.guest.record('one')).toMatchObject({ state: 'stored', verified: true });
  await disk.expectDone({ 'film.mov': CONTENT });
});

test('one without a hash stores it as well', async () => {
  const { server, disk, tus } = await startHeld();
  expect((await tus.patch('one', CONTENT.length, NOTHING)).status).toBe(204);
  expect((await server.guest.record('one')).verified).toBe(undefined);
  await disk.expectDone({ 'film.mov': CONTENT });
});

test('the hash of other bytes ends it, and nothing is stored', async () => {
  const { disk, tus } = await startHeld();
  const end = await tus.patch('one', CONTENT.length, NOTHING, digestOf(sampleBytes(100_000, 2)));
  expect([end.status, readFailureCode(end)]).toEqual([460, 'CHECKSUM_MISMATCH']);
  await disk.expectClean();
});

test('a part of it can be held too, and the rest goes on from there', async () => {
  const server = await startTestServer();
  const disk = await watchDisk(server);
  const tus = createTusClient(server.guest);
  await tus.create({ size: CONTENT.length, id: 'one', metadata: { filename: 'film.mov' } });
  expect(offsetIn(await tus.patch('one', 0, CONTENT.subarray(0, 40_000), MORE_FOLLOWS))).toBe(40_000);
  expect((await tus.patch('one', 40_000, CONTENT.subarray(40_000), digestOf(CONTENT))).status).toBe(204);
  expect((await server.guest.record('one')).verified).toBe(true);
  await disk.expectDone({ 'film.mov': CONTENT });
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** That file lies in the folder, whole, and nothing is left of any upload. */
async function expectOnly(folder: string, name: string): Promise<void> {
  expect([await listTree(folder), await listStaging(folder)]).toEqual([new Map([[name, sha256(CONTENT)]]), []]);
}

/** As if nothing had come for so long. */
async function age(folder: string, id: string, ageMs: number): Promise<void> {
  const then = new Date(Date.now() - ageMs);
  for (const ending of ['part', 'json'] as const) await utimes(stagedPath(folder, id, ending), then, then);
}

test('the sender does not come back: an hour later it is stored, unverified, and told so when it asks', async () => {
  const { server } = await startHeld({ folder: await makeUploadFolder() });
  await server.running.stop();
  await age(server.folder, 'one', HOUR_MS - 60_000);
  const early = await startTestServer({ folder: server.folder });
  expect(await early.guest.record('one')).toMatchObject({ state: 'interrupted', received: CONTENT.length });
  await early.running.stop();
  await age(server.folder, 'one', HOUR_MS + 60_000);
  const late = await startTestServer({ folder: server.folder });
  const record = await waitUntil('it to be stored', async () => {
    const found = await late.guest.record('one');
    return found.state === 'stored' && found;
  });
  expect([record.name, record.verified]).toEqual(['film.mov', undefined]);
  expect(offsetIn(await createTusClient(late.guest).head('one'))).toBe(CONTENT.length);
  await expectOnly(server.folder, 'film.mov');
});

test('it is stored while the server runs, though nobody asks', async () => {
  const { server, disk } = await startHeld({ keepMs: 1000 });
  await waitUntil('it to be stored', async () => (await server.guest.record('one')).state === 'stored');
  await disk.expectDone({ 'film.mov': CONTENT });
});

test('after its seven days it is still there, and the hash stores it', async () => {
  const { server, disk, tus } = await startHeld();
  await age(server.folder, 'one', 8 * DAY_MS);
  expect(offsetIn(await tus.head('one'))).toBe(CONTENT.length);
  expect((await tus.patch('one', CONTENT.length, NOTHING, digestOf(CONTENT))).status).toBe(204);
  expect((await server.guest.record('one')).verified).toBe(true);
  await disk.expectDone({ 'film.mov': CONTENT });
});

test('the hash that was told with its bytes still decides', async () => {
  const { server, tus } = await startHeld({ folder: await makeUploadFolder() });
  await tus.create({ size: CONTENT.length, id: 'two', metadata: { filename: 'other.mov' } });
  await tus.patch('two', 0, CONTENT, { ...MORE_FOLLOWS, ...digestOf(sampleBytes(100_000, 2)) });
  await server.running.stop();
  for (const id of ['one', 'two']) await age(server.folder, id, 8 * DAY_MS);
  const late = await startTestServer({ folder: server.folder });
  await waitUntil('both to end', async () => (await late.guest.records()).every(({ state }) => state === 'stored' || state === 'failed'));
  expect((await late.guest.record('two')).failure?.code).toBe('CHECKSUM_MISMATCH');
  await expectOnly(server.folder, 'film.mov');
});

test('one whose bytes are not all there is given up after its seven days', async () => {
  const server = await startTestServer({ folder: await makeUploadFolder() });
  const id = await startUpload(server.guest, CONTENT, 40_000);
  await server.running.stop();
  await age(server.folder, id, 8 * DAY_MS);
  const late = await startTestServer({ folder: server.folder });
  expect((await createTusClient(late.guest).head(id)).status).toBe(404);
  expect([await listTree(server.folder), await listStaging(server.folder)]).toEqual([new Map(), []]);
});
