import { randomUUID } from 'node:crypto';
import { readdir, readFile, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listStaging, STAGING_NAME } from '../../helpers/disk.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, offsetIn, startUpload, stagedPath } from '../../helpers/tus.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(100_000);
const HALF = 50_000;

describe('an upload whose state on disk is damaged', () => {
  test.each([
    ['E17: a torn description', (part: string, json: string) => truncate(json, 10).then(() => part)],
    ['an empty description', (_part: string, json: string) => truncate(json, 0)],
    ['a description of something else', (_part: string, json: string) => writeFile(json, '{"id":1}')],
    ['no description', (_part: string, json: string) => unlink(json)],
    ['E18: more bytes than announced', (part: string) => writeFile(part, Buffer.alloc(CONTENT.length + 1))],
  ])('%s: is given up, put aside, and can be sent again under its id', async (_what, damage) => {
    const server = await startTestServer();
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, HALF);
    await damage(stagedPath(server.folder, id, 'part'), stagedPath(server.folder, id, 'json'));
    const answer = await tus.patch(id, HALF, CONTENT.subarray(HALF));
    expect([answer.status, readFailureCode(answer)]).toEqual([410, 'UPLOAD_STATE_LOST']);
    expect((await listStaging(server.folder)).map(({ name }) => name)).toEqual(['quarantine']);
    expect((await tus.head(id)).status).toBe(404);

    const disk = await watchDisk(server);
    expect((await tus.create({ size: CONTENT.length, id, body: CONTENT })).status).toBe(201);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  // As a removal leaves it that is killed, or meets a disk that has just become read-only, between one half and the other.
  test('E18: no bytes: is given up, leaves nothing, and can be sent again under its id', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, HALF);
    await unlink(stagedPath(server.folder, id, 'part'));
    const answer = await tus.patch(id, HALF, CONTENT.subarray(HALF));
    expect([answer.status, readFailureCode(answer)]).toEqual([410, 'UPLOAD_STATE_LOST']);
    await disk.expectClean();
    expect((await tus.create({ size: CONTENT.length, id, body: CONTENT })).status).toBe(201);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('bytes without a description do not stand in the way of the same id', async () => {
    const server = await startTestServer();
    const id = randomUUID();
    await writeFile(stagedPath(server.folder, id, 'part'), 'left by a crash');
    const created = await createTusClient(server.guest).create({ size: CONTENT.length, id, body: CONTENT });
    expect([created.status, offsetIn(created)]).toEqual([201, CONTENT.length]);
    expect(sha256(await readFile(join(server.folder, 'file.bin')))).toBe(sha256(CONTENT));
    expect((await listStaging(server.folder)).map(({ name }) => name)).toEqual(['quarantine']);
  });

  test('a creation that got no further than its empty file leaves nothing, whoever comes back for it', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const id = randomUUID();
    await writeFile(stagedPath(server.folder, id, 'part'), '');
    const tus = createTusClient(server.guest);
    expect((await tus.head(id)).status).toBe(410);
    await disk.expectClean();
    expect((await tus.create({ size: CONTENT.length, id, body: CONTENT })).status).toBe(201);
    await disk.expectDone({ 'file.bin': CONTENT });
  });
});

test('one of which the disk gives nothing out keeps no server from starting, and the others go on', async () => {
  const first = await startTestServer();
  const lost = await startUpload(first.guest, CONTENT, HALF);
  const id = await startUpload(first.guest, CONTENT, HALF);
  const description = stagedPath(first.folder, lost, 'json');
  await unlink(description);
  // A link to itself leads nowhere (ELOOP), as a bad sector does.
  await symlink(description, description);
  const second = await startTestServer({ folder: first.folder });
  const tus = createTusClient(second.guest);
  expect(offsetIn(await tus.head(id))).toBe(HALF);
  expect((await tus.head(lost)).status).toBeGreaterThanOrEqual(500);
  expect((await readFile(stagedPath(first.folder, lost, 'part'))).equals(CONTENT.subarray(0, HALF))).toBe(true);
});

describe('an upload whose bytes are all there, but which was not stored', () => {
  async function startWhole(told = sha256(CONTENT)) {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const id = await startUpload(server.guest, CONTENT, HALF, { sha256: told });
    // As a crash between the last byte and the new name leaves it.
    await writeFile(stagedPath(server.folder, id, 'part'), CONTENT);
    return { id, disk, tus: createTusClient(server.guest), server };
  }

  test.each(['HEAD', 'POST', 'PATCH'])('is stored when a client asks with %s', async (method) => {
    const { id, disk, tus } = await startWhole();
    const answer = await (method === 'HEAD' ? tus.head(id) : method === 'POST' ? tus.create({ size: CONTENT.length, id }) : tus.patch(id, CONTENT.length, Buffer.alloc(0)));
    expect([answer.status, offsetIn(answer)]).toEqual([method === 'HEAD' ? 200 : method === 'POST' ? 201 : 204, CONTENT.length]);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('is refused when its bytes are not those that were announced', async () => {
    const { id, disk, tus } = await startWhole(sha256('something else'));
    expect((await tus.head(id)).status).toBe(460);
    await disk.expectClean();
  });
});

describe('an upload that is finished while somebody asks', () => {
  test('was always there', async () => {
    const server = await startTestServer();
    const tus = createTusClient(server.guest);
    for (let round = 0; round < 8; round += 1) {
      const id = await startUpload(server.guest, CONTENT, HALF);
      let isOver = false;
      const last = tus.patch(id, HALF, CONTENT.subarray(HALF)).finally(() => (isOver = true));
      const seen = new Set<number>();
      while (!isOver) seen.add((await tus.head(id)).status);
      // A newer request may make an older one let go; it may never make the upload vanish.
      expect([204, 423]).toContain((await last).status);
      expect([...seen].filter((status) => status !== 200)).toEqual([]);
    }
  });

  test('I4: cancelled at any moment it is whole or gone', async () => {
    const server = await startTestServer();
    const tus = createTusClient(server.guest);
    for (let round = 0; round < 16; round += 1) {
      const id = await startUpload(server.guest, CONTENT, HALF);
      const remove = round % 2 === 0 ? tus.terminate(id) : server.guest.remove(id);
      const [sent, removed] = await Promise.all([tus.patch(id, HALF, CONTENT.subarray(HALF)), remove]);
      expect([204, 404, 409]).toContain(sent.status);
      expect([204, 403, 404]).toContain(removed.status);
      const { state } = await server.guest.record(id).catch(() => ({ state: 'dropped' }));
      expect(sent.status === 204 ? ['stored', 'dropped'] : ['cancelled']).toContain(state);
    }
    expect(await listStaging(server.folder)).toEqual([]);
    const whole = sha256(CONTENT);
    const disk = await watchDisk(server);
    await disk.expectClean();
    for (const name of (await readdir(server.folder)).filter((each) => each !== STAGING_NAME)) expect(sha256(await readFile(join(server.folder, name)))).toBe(whole);
  });
});

describe('bytes that come with a creation', () => {
  test('are the first ones: sent again, they are not added to what is there', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, HALF);
    const again = await tus.create({ size: CONTENT.length, id, body: CONTENT.subarray(0, HALF) });
    expect([again.status, offsetIn(again)]).toEqual([201, HALF]);
    expect((await tus.patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
    const late = await tus.create({ size: CONTENT.length, id, body: CONTENT.subarray(0, HALF) });
    expect([late.status, offsetIn(late)]).toEqual([201, CONTENT.length]);
    await disk.expectDone({ 'file.bin': CONTENT });
  });
});
