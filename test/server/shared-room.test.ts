import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCli, type CliServer } from '../helpers/cli.ts';
import type { TestClient } from '../helpers/client.ts';
import { listStaging, listTree, STAGING_NAME } from '../helpers/disk.ts';
import { expectRefusal } from '../helpers/expect-refusal.ts';
import { buildForm, file } from '../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { startSession } from '../helpers/session.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { createTusClient } from '../helpers/tus.ts';
import { makeUploadFolder } from '../helpers/upload-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const SIZE = 100_000;
/** Five fit, with what a form has around its file, and not six. */
const QUOTA = 5 * (SIZE + 2000);
const contentOf = (index: number): Buffer => sampleBytes(SIZE, index + 1);

async function startTwins(): Promise<readonly [CliServer, CliServer]> {
  const args = ['--quota', String(QUOTA)];
  const one = await startCli({ args });
  return [one, await startCli({ args, folder: one.folder })];
}

function startPhone(url: string): Promise<TestClient> {
  return startSession({ url });
}

test('D7: two processes on one folder let five of ten into room for five', async () => {
  const twins = await startTwins();
  const sides = Array.from({ length: 10 }, (_none, index) => createTusClient(twins[index % 2 === 0 ? 0 : 1].guest));
  const created = await Promise.all(sides.map((tus, index) => tus.create({ size: SIZE, id: `u${index}`, metadata: { filename: `${index}.bin` } })));
  const admitted = created.flatMap(({ status }, index) => (status === 201 ? [index] : []));
  expect(admitted).toHaveLength(5);
  for (const answer of created.filter(({ status }) => status !== 201)) expectRefusal(answer, 507, 'QUOTA_EXCEEDED');
  const sent = await Promise.all(admitted.map(async (index) => sides[index]?.patch(`u${index}`, 0, contentOf(index))));
  expect(sent.map((answer) => answer?.status)).toEqual(admitted.map(() => 204));
  expect([...(await listTree(twins[0].folder)).values()].toSorted()).toEqual(admitted.map((index) => sha256(contentOf(index))).toSorted());
  // What is stored counts as well, at both, for another sender: what comes from the same one may be what it announced.
  for (const { url } of twins) expectRefusal(await (await startPhone(url)).post('/api/uploads', buildForm([file('more.bin', contentOf(20))])), 507, 'QUOTA_EXCEEDED');
});

test('D7: what one process has promised, another does not give away; when it is killed, the room is free', async () => {
  const [one, other] = await startTwins();
  const [announced] = (await one.guest.announce([{ id: 'film', name: 'film.mp4', size: 4 * SIZE }])).uploads;
  expect(announced?.state).toBe('waiting');
  const phone = await startPhone(other.url);
  const form = buildForm([file('a.bin', sampleBytes(2 * SIZE))]);
  expectRefusal(await phone.post('/api/uploads', form), 507, 'QUOTA_EXCEEDED');
  const second = await phone.announce([{ id: 'film-2', name: 'film 2.mp4', size: 4 * SIZE }]);
  expect(second.uploads[0]?.failure?.code).toBe('QUOTA_EXCEEDED');
  await one.child.kill();
  expect((await phone.send(form)).status).toBe(201);
  expect(await readdir(join(one.folder, STAGING_NAME, 'servers'))).toHaveLength(1);
});

test('what one process has announced is sent through the other: it needs its room once', async () => {
  const [one, other] = await startTwins();
  const content = sampleBytes(4 * SIZE);
  await one.guest.announce([{ id: 'film', name: 'film.mp4', size: content.length }, { id: 'small', name: 'small.txt', size: 10 }]);
  expect((await createTusClient(other.guest).create({ size: content.length, id: 'film', metadata: { filename: 'film.mp4' }, body: content })).status).toBe(201);
  expect(await other.guest.record('film')).toMatchObject({ state: 'stored' });
});

test('what one process gives up, the other can give away', async () => {
  const folder = await makeUploadFolder();
  const [one, other] = [await startTestServer({ folder, quotaBytes: QUOTA }), await startTestServer({ folder, quotaBytes: QUOTA })];
  const [tus, others] = [createTusClient(one.guest), createTusClient(other.guest)];
  const id = randomUUID();
  expect((await tus.create({ size: 4 * SIZE, id })).status).toBe(201);
  expectRefusal(await others.create({ size: 4 * SIZE, id: 'next' }), 507, 'QUOTA_EXCEEDED');
  expect((await tus.terminate(id)).status).toBe(204);
  await waitUntil('the other to hear of it', async () => (await others.create({ size: 4 * SIZE, id: 'next' })).status === 201);
  expect((await others.terminate('next')).status).toBe(204);
  await Promise.all([one.running.stop(), other.running.stop()]);
  expect([await listStaging(folder), await readdir(join(folder, STAGING_NAME, 'servers'))]).toEqual([[], []]);
});
