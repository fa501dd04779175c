import { randomUUID } from 'node:crypto';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { startCli } from '../../helpers/cli.ts';
import type { TestClient } from '../../helpers/client.ts';
import { listStaging, listTree } from '../../helpers/disk.ts';
import { readFailureCode, type HttpAnswer } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, stagedPath, startUpload } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = Buffer.from('ten bytes.');
const SOME = ['a', 'b', 'c'] as const;

/** Announces files of these ids. */
function announce(client: TestClient, ids: readonly string[]): Promise<HttpAnswer> {
  const files = ids.map((id) => ({ id, name: `${id}.txt`, size: 10 }));
  return client.request('POST', '/api/batches', { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ files }) });
}

function create(client: TestClient, id: string = randomUUID()): Promise<HttpAnswer> {
  return createTusClient(client).create({ size: CONTENT.length, id });
}

function expectTooMany(answer: HttpAnswer): void {
  expect([answer.status, readFailureCode(answer), answer.headers['retry-after']]).toEqual([429, 'TOO_MANY_UPLOADS', '5']);
}

describe('files that are announced and do not come', () => {
  test('are so many of one sender and no more, by every road; those that are known go on, and make room when they end', async () => {
    const server = await startTestServer({ unfinishedUploads: { ofSender: 3 } });
    const [ann, eve] = [await startSession(server), await startSession(server)];
    expect((await announce(eve, SOME)).status).toBe(201);
    expectTooMany(await announce(eve, ['d']));
    expectTooMany(await create(eve));
    expectTooMany(await eve.post('/api/uploads', buildAnnouncedForm([announced('d.txt', CONTENT, { id: 'd' })])));
    expect(await listStaging(server.folder)).toEqual([]);
    for (const client of [ann, server.owner]) expect((await announce(client, SOME.map((id) => `${id} of ${client.token?.slice(-4)}`.replaceAll(' ', '-')))).status).toBe(201);
    // The window shows and sends what its owner gives it, however much.
    expect((await announce(server.owner, ['d-of-owner'])).status).toBe(201);
    expect((await announce(eve, SOME)).status).toBe(201);
    const form = buildAnnouncedForm([announced('a.txt', CONTENT, { id: 'a' })]);
    expect((await eve.send(form)).status).toBe(201);
    expect((await eve.send(buildForm([file('plain.txt', CONTENT)]))).status).toBe(201);
    expect((await announce(eve, ['d'])).status).toBe(201);
    expectTooMany(await announce(eve, ['e']));
    expect([...(await listTree(server.folder)).keys()]).toEqual(['a.txt', 'plain.txt']);
  });

  test('are so many of all together and no more, but for the owner', async () => {
    const server = await startTestServer({ unfinishedUploads: { ofAll: 6 } });
    for (const device of ['1', '2']) expect((await announce(await startSession(server), SOME.map((id) => id + device))).status).toBe(201);
    const late = await startSession(server);
    expectTooMany(await announce(late, ['x']));
    expectTooMany(await create(late));
    expect((await announce(server.owner, ['x'])).status).toBe(201);
  });
});

describe('resumable uploads that are made and not sent', () => {
  test('are so many of one sender and no more, two files for each; those that end make room', async () => {
    const server = await startTestServer({ unfinishedUploads: { resumableOfSender: 3 } });
    const disk = await watchDisk(server);
    const [ann, eve] = [await startSession(server), await startSession(server)];
    for (const id of SOME) expect((await create(eve, id)).status).toBe(201);
    expectTooMany(await create(eve));
    expect(await listStaging(server.folder)).toHaveLength(6);
    expect((await create(eve, 'a')).status).toBe(201);
    const others = await create(ann, 'of-ann');
    expect(others.status).toBe(201);
    const tus = createTusClient(eve);
    expect((await tus.patch('a', 0, CONTENT)).status).toBe(204);
    expect((await create(eve, 'd')).status).toBe(201);
    expectTooMany(await create(eve, 'e'));
    expect((await tus.terminate('d')).status).toBe(204);
    expect((await create(eve, 'e')).status).toBe(201);
    for (const id of ['b', 'c', 'e']) await tus.terminate(id);
    await createTusClient(ann).terminate('of-ann');
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('are so many of all together and no more, also of those of an earlier run and of other processes', async () => {
    const folder = await makeUploadFolder();
    const limits = { unfinishedUploads: { resumableOfAll: 3 } };
    const [one, twin] = [await startTestServer({ folder, ...limits }), await startTestServer({ folder, ...limits })];
    for (const id of SOME) expect((await create(one.guest, id)).status).toBe(201);
    const later = await startTestServer({ folder, ...limits });
    expectTooMany(await create(later.guest));
    expectTooMany(await create(one.guest));
    expect((await create(later.owner)).status).toBe(201);
    // One has made three, and twin has ended two of them.
    for (const id of ['a', 'b']) expect((await createTusClient(twin.guest).terminate(id)).status).toBe(204);
    expect((await create(twin.guest)).status).toBe(201);
  });

  test('are given up when they are too many, brought next to nothing and were left: nobody can take the places of all for days', async () => {
    const server = await startTestServer({ unfinishedUploads: { resumableOfAll: 3 } });
    const [ann, eve] = [await startSession(server), await startSession(server)];
    const content = sampleBytes(100_000);
    const tus = createTusClient(eve);
    const large = await startUpload(eve, content, 70_000);
    for (const id of ['empty', 'fresh']) expect((await create(eve, id)).status).toBe(201);
    const longAgo = new Date(Date.now() - 11 * 60_000);
    await utimes(stagedPath(server.folder, large, 'part'), longAgo, longAgo);
    expectTooMany(await create(ann));
    await utimes(stagedPath(server.folder, 'empty', 'part'), longAgo, longAgo);
    await waitUntil('room for one more', async () => (await create(ann, 'of-ann')).status === 201);
    expect((await tus.head('empty')).status).toBe(410);
    expect((await eve.record('empty')).failure?.code).toBe('UPLOAD_EXPIRED');
    expect([(await tus.head('fresh')).status, (await tus.head(large)).headers['upload-offset']]).toEqual([200, '70000']);
  });

  test('are found again by a process that has far fewer descriptors than they have files', async () => {
    const first = await startCli();
    const id = await startUpload(first.guest, CONTENT, 5);
    await first.child.kill();
    const description = await readFile(stagedPath(first.folder, id, 'json'), 'utf8');
    for (let index = 0; index < 300; index += 1) {
      const other = `many-${index}`;
      await writeFile(stagedPath(first.folder, other, 'json'), description.replaceAll(id, other));
      await writeFile(stagedPath(first.folder, other, 'part'), CONTENT.subarray(0, 5));
    }
    const server = await startCli({ folder: first.folder, under: ['/bin/sh', '-c', 'ulimit -n 128; exec "$0" "$@"'] });
    expect((await server.guest.records()).filter(({ state }) => state === 'interrupted')).toHaveLength(301);
    expect((await createTusClient(server.guest).patch('many-7', 5, CONTENT.subarray(5))).status).toBe(204);
  });
});
