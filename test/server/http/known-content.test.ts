import { randomUUID } from 'node:crypto';
import { rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BatchReply } from '../../../server/contracts/api.ts';
import type { AnnouncedFile, FileDigest } from '../../../server/contracts/upload.ts';
import type { TestClient } from '../../helpers/client.ts';
import { readJson } from '../../helpers/http-answer.ts';
import { launchServer, type TestServer } from '../../helpers/launch-server.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes, sha256, xxh128 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, offsetIn, startUpload } from '../../helpers/tus.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const SKIP = { policy: 'skip-same', guestsChoose: true } as const;
const CONTENT = sampleBytes(20_000);

/** Announces one file of that name. */
async function tell(client: TestClient, name: string, digest?: FileDigest, more: Partial<AnnouncedFile> = {}): Promise<Pick<BatchReply, 'worthHashing'> & { readonly upload: BatchReply['uploads'][number] | undefined; readonly id: string }> {
  const told = { id: randomUUID(), name, size: CONTENT.length, ...(digest === undefined ? {} : { digest }), ...more };
  const { uploads: [upload], worthHashing } = await client.announce([told]);
  return { id: told.id, upload, ...(worthHashing === undefined ? {} : { worthHashing }) };
}

/** A server that skips, and in whose folder the guest has put a file. */
async function startWithPhoto(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  const server = await startTestServer({ duplicates: SKIP, ...options });
  await server.guest.send(buildForm([file('photo.jpg', CONTENT)]));
  return server;
}

describe('what is here already need not travel', () => {
  test('one whose hash is announced is stored at once; before it is told, the server says that it is worth telling', async () => {
    const server = await startWithPhoto();
    const disk = await watchDisk(server);
    const first = await tell(server.guest, 'photo.jpg');
    expect(first).toMatchObject({ upload: { state: 'waiting' }, worthHashing: [first.id] });
    const told = await tell(server.guest, 'photo.jpg', await xxh128(CONTENT), { id: first.id });
    expect(told).toMatchObject({ upload: { id: first.id, state: 'stored', path: 'photo.jpg', wasThere: true, verified: true, received: CONTENT.length } });
    expect(server.running.locate(first.id)).toBe(join(server.folder, 'photo.jpg'));
    await disk.expectClean();
  });

  test('a resumable one too, at its creation', async () => {
    const server = await startWithPhoto();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = randomUUID();
    const digest = Buffer.from((await xxh128(CONTENT)).slice('xxh128:'.length), 'hex').toString('base64');
    const created = await tus.create({ id, size: CONTENT.length, metadata: { filename: 'photo.jpg' }, headers: { 'repr-digest': `xxh128=:${digest}:` } });
    expect([created.status, offsetIn(created), created.headers['upload-expires']]).toEqual([201, CONTENT.length, undefined]);
    expect(await server.guest.record(id)).toMatchObject({ state: 'stored', wasThere: true, verified: true });
    expect(offsetIn(await tus.head(id))).toBe(CONTENT.length);
    await disk.expectClean();
  });

  test('it is found under a numbered name and in a folder, after a restart and by another process', async () => {
    const server = await startTestServer({ duplicates: SKIP });
    await writeFile(join(server.folder, 'a.txt'), 'somebody else\'s');
    await server.guest.send(buildAnnouncedForm([announced('a.txt', CONTENT), announced('b.txt', CONTENT, { folder: 'Holiday' })]));
    const digest = await xxh128(CONTENT);
    const other = await launchServer({ folder: server.folder, duplicates: SKIP });
    try {
      // Here it comes while the other one runs, there it was there before that one began.
      await server.guest.send(buildForm([file('c.txt', CONTENT)]));
      for (const client of [server.guest, other.guest]) {
        expect(await tell(client, 'a.txt', digest)).toMatchObject({ upload: { state: 'stored', path: 'a (1).txt', wasThere: true } });
        expect(await tell(client, 'b.txt', digest, { folder: 'Holiday' })).toMatchObject({ upload: { path: 'Holiday/b.txt', wasThere: true } });
        expect(await tell(client, 'b.txt', digest)).toMatchObject({ upload: { state: 'waiting' } });
      }
      await server.running.useFolder(server.folder);
      expect(await tell(other.guest, 'c.txt')).toHaveProperty('worthHashing');
    } finally {
      await other.stop();
    }
  });

  test('it takes no room, and none of the quota', async () => {
    const server = await startWithPhoto({ quotaBytes: 30_000 });
    const digest = await xxh128(CONTENT);
    for (let time = 0; time < 3; time += 1) expect(await tell(server.guest, 'photo.jpg', digest)).toMatchObject({ upload: { state: 'stored', wasThere: true } });
    expect(readJson(await server.guest.request('GET', '/api/server'))['freeBytes']).toBe(30_000 - CONTENT.length);
  });
});

describe('what is not known to be here travels, and is compared', () => {
  test.each<[string, (path: string) => Promise<unknown>]>([
    ['was written to', (path) => writeFile(path, sampleBytes(CONTENT.length, 2))],
    ['has another time', (path) => utimes(path, 1, 1)],
    ['is another file', async (path) => {
      await writeFile(`${path}.new`, CONTENT);
      await rename(`${path}.new`, path);
    }],
  ])('when the file that is there %s', async (_what, change) => {
    const server = await startWithPhoto();
    await change(join(server.folder, 'photo.jpg'));
    const told = await tell(server.guest, 'photo.jpg', await xxh128(CONTENT));
    expect(told.upload).toMatchObject({ state: 'waiting' });
    expect(await tell(server.guest, 'photo.jpg')).not.toHaveProperty('worthHashing');
  });

  test('when it is as large and another', async () => {
    const server = await startWithPhoto();
    expect(await tell(server.guest, 'photo.jpg', await xxh128(sampleBytes(CONTENT.length, 2)))).toEqual({ id: expect.any(String), upload: expect.objectContaining({ state: 'waiting' }) });
    expect(await tell(server.guest, 'other.jpg')).not.toHaveProperty('worthHashing');
    expect(await tell(server.guest, 'photo.jpg', undefined, { size: 5 })).not.toHaveProperty('worthHashing');
  });

  test('when somebody else brought it, unless the hash is one that cannot be forged', async () => {
    const server = await startWithPhoto();
    await server.guest.send(buildAnnouncedForm([announced('safe.jpg', CONTENT, { digest: `sha-256:${sha256(CONTENT)}` })]));
    expect((await tell(server.owner, 'photo.jpg', await xxh128(CONTENT))).upload).toMatchObject({ state: 'waiting' });
    expect(await tell(server.owner, 'photo.jpg')).not.toHaveProperty('worthHashing');
    expect((await tell(server.owner, 'safe.jpg', `sha-256:${sha256(CONTENT)}`)).upload).toMatchObject({ state: 'stored', wasThere: true });
  });

  test.each(['keep-both', 'replace'] as const)('under %s', async (policy) => {
    const server = await startWithPhoto({ duplicates: { policy, guestsChoose: false } });
    const told = await tell(server.guest, 'photo.jpg', await xxh128(CONTENT));
    expect(told.upload).toMatchObject({ state: 'waiting' });
    expect(await tell(server.guest, 'photo.jpg')).not.toHaveProperty('worthHashing');
  });

  test('when some of its bytes have come: it goes on, and leaves nothing behind', async () => {
    const before = await startWithPhoto();
    const disk = await watchDisk(before);
    const id = await startUpload(before.guest, CONTENT, 5000, { filename: 'photo.jpg' });
    const { guest, stop } = await launchServer({ folder: before.folder, duplicates: SKIP });
    try {
      expect(await guest.record(id)).toMatchObject({ state: 'interrupted', received: 5000 });
      expect((await tell(guest, 'photo.jpg', await xxh128(CONTENT), { id })).upload).toMatchObject({ state: 'waiting' });
      expect((await createTusClient(guest).patch(id, 5000, CONTENT.subarray(5000))).status).toBe(204);
      expect(await guest.record(id)).toMatchObject({ state: 'stored', path: 'photo.jpg', wasThere: true });
    } finally {
      await stop();
    }
    await before.guest.remove(id);
    await disk.expectClean();
  });
});
