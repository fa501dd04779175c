import { copyFile, link, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listStaging, listTree, STAGING_NAME } from '../helpers/disk.ts';
import { readFailureCode } from '../helpers/http-answer.ts';
import type { TestServer, TestServerOptions } from '../helpers/launch-server.ts';
import { announced, buildAnnouncedForm } from '../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { startSession } from '../helpers/session.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { createTusClient, offsetIn, stagedPath, startUpload } from '../helpers/tus.ts';
import { makeUploadFolder } from '../helpers/upload-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const CONTENT = sampleBytes(200_000);
const HALF = CONTENT.length / 2;

interface Pair {
  readonly folder: string;
  readonly one: TestServer;
  readonly other: TestServer;
}

async function startPair(options: TestServerOptions = {}): Promise<Pair> {
  const folder = await makeUploadFolder();
  return { folder, one: await startTestServer({ ...options, folder }), other: await startTestServer({ ...options, folder }) };
}

/** Brings a file, and can put what it stood in back: as if the server had been killed before it could clear up. */
async function bringFile({ folder, one }: Omit<Pair, 'other'>): Promise<{ readonly id: string; readonly leaveRemains: () => Promise<void> }> {
  const id = await startUpload(one.guest, CONTENT, HALF);
  const [json, part] = [stagedPath(folder, id, 'json'), stagedPath(folder, id, 'part')];
  await copyFile(json, `${folder}.json`);
  expect((await createTusClient(one.guest).patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
  return {
    id,
    async leaveRemains() {
      await copyFile(`${folder}.json`, json);
      await link(join(folder, 'file.bin'), part);
    },
  };
}

async function expectOnly({ folder }: Pair, files: readonly (readonly [name: string, content: Buffer | string])[]): Promise<void> {
  expect(await listTree(folder)).toEqual(new Map(files.map(([name, content]) => [name, sha256(content)])));
  await waitUntil('nothing to be left in staging', async () => (await listStaging(folder)).length === 0);
}

describe('what one of two servers on a folder has stored', () => {
  test('H3: makes no second file when its form comes again, to the other', async () => {
    const pair = await startPair();
    const form = buildAnnouncedForm([announced('photo.jpg', CONTENT, { id: 'one' })]);
    const first = await pair.one.guest.send(form);
    const again = await pair.other.guest.send(form);
    expect([again.status, again.uploads]).toEqual([201, first.uploads.map((record) => ({ ...record, changedAtMs: expect.any(Number), storedAtMs: expect.any(Number) }))]);
    expect(await pair.other.guest.record('one')).toMatchObject({ state: 'stored', path: 'photo.jpg' });
    await expectOnly(pair, [['photo.jpg', CONTENT]]);
  });

  test('H3: is one file also when its form comes to both at once', async () => {
    const pair = await startPair();
    const files = Array.from({ length: 12 }, (_, index) => announced(`${index}.jpg`, sampleBytes(20_000, index + 1), { id: `id-${index}` }));
    const answers = await Promise.all([pair.one, pair.other].map(({ guest }) => guest.send(buildAnnouncedForm(files))));
    expect(answers.map(({ status, uploads }) => [status, uploads.map(({ path }) => path)])).toEqual([201, 201].map((status) => [status, files.map(({ name }) => name)]));
    await expectOnly(pair, files.map(({ name, content }) => [name, content]));
  });

  test('H3: is complete over tus for whoever asks the other, goes on there, begins anew or calls it off', async () => {
    const pair = await startPair();
    const id = await startUpload(pair.one.guest, CONTENT, HALF);
    const tus = createTusClient(pair.other.guest);
    expect(offsetIn(await tus.head(id))).toBe(HALF);
    expect((await createTusClient(pair.one.guest).patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
    const late = await tus.patch(id, HALF, CONTENT.subarray(HALF));
    expect([late.status, readFailureCode(late), offsetIn(late)]).toEqual([409, 'UPLOAD_OFFSET_CONFLICT', CONTENT.length]);
    expect(offsetIn(await tus.head(id))).toBe(CONTENT.length);
    expect(offsetIn(await tus.create({ size: CONTENT.length, id, metadata: { filename: 'file.bin' } }))).toBe(CONTENT.length);
    expect(await tus.terminate(id).then((answer) => [answer.status, readFailureCode(answer)])).toEqual([403, 'ALREADY_COMPLETE']);
    await expectOnly(pair, [['file.bin', CONTENT]]);
  });

  test('H3: is begun anew at the other without a byte, and needs no room', async () => {
    const pair = await startPair({ quotaBytes: CONTENT.length * 1.5 });
    await pair.one.guest.send(buildAnnouncedForm([announced('photo.jpg', CONTENT, { id: 'one' })]));
    expect(offsetIn(await createTusClient(pair.other.guest).create({ size: CONTENT.length, id: 'one', metadata: { filename: 'photo.jpg' } }))).toBe(CONTENT.length);
    await expectOnly(pair, [['photo.jpg', CONTENT]]);
  });

  test('H3: is stored for the other when it is announced there', async () => {
    const pair = await startPair();
    await pair.one.guest.send(buildAnnouncedForm([announced('photo.jpg', CONTENT, { id: 'one' })]));
    const files = [{ id: 'one', name: 'photo.jpg', size: CONTENT.length }, { id: 'two', name: 'other.jpg', size: 1 }];
    expect((await pair.other.guest.announce(files)).uploads).toMatchObject([{ state: 'stored' }, { state: 'waiting' }]);
  });

  test('is not called off at the other, where it was announced', async () => {
    const pair = await startPair();
    await pair.other.guest.announce([{ id: 'one', name: 'photo.jpg', size: CONTENT.length }]);
    await pair.one.guest.send(buildAnnouncedForm([announced('photo.jpg', CONTENT, { id: 'one' })]));
    expect(await pair.other.guest.remove('one').then((answer) => [answer.status, readFailureCode(answer)])).toEqual([403, 'ALREADY_COMPLETE']);
    expect(await pair.other.guest.record('one')).toMatchObject({ state: 'stored' });
    await expectOnly(pair, [['photo.jpg', CONTENT]]);
  });

  test('H3: makes no second file of what a kill left between its name and the word for it', async () => {
    const pair = await startPair();
    const { id, leaveRemains } = await bringFile(pair);
    await leaveRemains();
    const log = join(pair.folder, STAGING_NAME, 'stored.jsonl');
    await writeFile(log, (await readFile(log, 'utf8')).split('\n').filter((line) => !line.includes('"kind":"named"')).join('\n'));
    expect(offsetIn(await createTusClient(pair.other.guest).head(id))).toBe(CONTENT.length);
    await expectOnly(pair, [['file.bin', CONTENT]]);
  });

  test('H3: is cleared up by the other when nobody asks, and not stored once more', async () => {
    const folder = await makeUploadFolder();
    const one = await startTestServer({ folder });
    const { leaveRemains } = await bringFile({ folder, one });
    const other = await startTestServer({ folder, keepMs: 400 });
    await leaveRemains();
    await expectOnly({ folder, one, other }, [['file.bin', CONTENT]]);
    expect(other.log.filter(({ event }) => event === 'upload:stored')).toEqual([]);
  });

  test('is known there to be of its sender: nobody else gets its id', async () => {
    const pair = await startPair();
    await pair.one.guest.send(buildAnnouncedForm([announced('photo.jpg', CONTENT, { id: 'one' })]));
    const eve = await startSession(pair.other);
    const sent = await eve.send(buildAnnouncedForm([announced('mine.jpg', 'mine', { id: 'one' })]));
    expect(sent.uploads).toMatchObject([{ state: 'failed', name: 'mine.jpg', failure: { code: 'UPLOAD_ID_IN_USE' } }]);
    expect(await pair.other.guest.record('one')).toMatchObject({ state: 'stored', path: 'photo.jpg' });
    await expectOnly(pair, [['photo.jpg', CONTENT]]);
  });

  test('nor the id of what somebody has only begun to send there', async () => {
    const pair = await startPair();
    const id = await startUpload(pair.one.guest, CONTENT, HALF);
    const eve = await startSession(pair.other);
    const sent = await eve.send(buildAnnouncedForm([announced('mine.jpg', 'mine', { id })]));
    expect(sent.uploads).toMatchObject([{ state: 'failed', failure: { code: 'UPLOAD_ID_IN_USE' } }]);
    expect((await createTusClient(pair.one.guest).patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
    await expectOnly(pair, [['file.bin', CONTENT]]);
  });

  test('is sent to the other under its id when it was taken off the list there', async () => {
    const pair = await startPair();
    const form = buildAnnouncedForm([announced('photo.jpg', CONTENT, { id: 'one' })]);
    await pair.one.guest.send(form);
    await pair.other.guest.send(form);
    expect((await pair.other.guest.remove('one')).status).toBe(204);
    expect((await pair.other.guest.send(form)).uploads).toMatchObject([{ state: 'stored', path: 'photo (1).jpg' }]);
  });
});
