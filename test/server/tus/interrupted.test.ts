import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { announced } from '../../helpers/multipart.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import type { TestServer } from '../../helpers/launch-server.ts';
import type { RawConnection } from '../../helpers/raw-http.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, offsetIn, openPatch, startUpload, stagedPath } from '../../helpers/tus.ts';
import { waitUntil, within } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(2_000_000);

async function state(server: TestServer, id: string): Promise<string> {
  return (await server.guest.record(id)).state;
}

/** A PATCH that has brought bytes up to there and stays open. */
async function openPatchUpTo(server: TestServer, id: string, from: number, to: number): Promise<RawConnection> {
  const patch = await openPatch(server, id, from, CONTENT.length);
  await patch.write(CONTENT.subarray(from, to));
  await waitUntil('the bytes to be on disk', async () => (await stat(stagedPath(server.folder, id, 'part'))).size === to);
  return patch;
}

describe('a resumable upload whose connection is cut', () => {
  test.each([['reset', 0.1], ['reset', 0.9], ['ended', 0.5]])('E5: (%s at %d) keeps what came, and goes on there', async (how, share) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const cutAt = CONTENT.length * share;
    const id = await startUpload(server.guest, CONTENT, 0);
    const patch = await openPatchUpTo(server, id, 0, cutAt);
    if (how === 'reset') patch.reset();
    else patch.socket.end();
    await waitUntil('it to count as interrupted', async () => (await state(server, id)) === 'interrupted', 2000);
    expect((await server.guest.record(id)).received).toBe(cutAt);
    await disk.expectKept({ [id]: CONTENT.subarray(0, cutAt) });
    expect(offsetIn(await tus.head(id))).toBe(cutAt);
    expect((await tus.patch(id, cutAt, CONTENT.subarray(cutAt))).status).toBe(204);
    patch.socket.destroy();
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('passes through the queue: waiting, receiving, interrupted, receiving, stored', async () => {
    const server = await startTestServer();
    const tus = createTusClient(server.guest);
    const { content: _content, ...told } = announced('file.bin', CONTENT);
    await server.guest.announce([told], 'trip');
    expect(await state(server, told.id)).toBe('waiting');
    await tus.create({ size: CONTENT.length, id: told.id, metadata: { batch: 'trip' } });
    const first = await openPatchUpTo(server, told.id, 0, 500_000);
    expect(await state(server, told.id)).toBe('receiving');
    expect(server.running.activeUploads()).toBe(1);
    first.reset();
    await waitUntil('it to be interrupted', async () => (await state(server, told.id)) === 'interrupted', 2000);
    expect(server.running.activeUploads()).toBe(0);
    const second = await openPatchUpTo(server, told.id, 500_000, 1_000_000);
    await waitUntil('it to be receiving again', async () => (await server.guest.record(told.id)).received === 1_000_000);
    expect(await state(server, told.id)).toBe('receiving');
    await second.write(CONTENT.subarray(1_000_000));
    expect((await second.answer).status).toBe(204);
    second.socket.destroy();
    expect(await server.guest.record(told.id)).toMatchObject({ state: 'stored', batch: 'trip', received: CONTENT.length });
    expect((await server.guest.records()).map(({ id }) => id)).toEqual([told.id]);
  });

  test('D12: that hangs is given up by the stall timer, and goes on', async () => {
    const server = await startTestServer({ stallTimeoutMs: 300 });
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, 0);
    const patch = await openPatchUpTo(server, id, 0, 500_000);
    const answer = await within(3000, 'the stall to be noticed', patch.answer);
    patch.socket.destroy();
    expect([answer.status, readFailureCode(answer)]).toEqual([408, 'UPLOAD_STALLED']);
    expect(offsetIn(await tus.head(id))).toBe(500_000);
    await disk.expectKept({ [id]: CONTENT.subarray(0, 500_000) });
  });
});

describe('a resumable upload that two connections want', () => {
  test.each(['HEAD', 'POST', 'PATCH'])('E16, I1: goes to the newer one (%s); the one that hangs lets go', async (method) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, 0);
    const hanging = await openPatchUpTo(server, id, 0, 500_000);
    const cpuBefore = process.cpuUsage();
    const asked = await within(5000, 'the newer one to be answered', method === 'HEAD' ? tus.head(id) : method === 'POST' ? tus.create({ size: CONTENT.length, id }) : tus.patch(id, 500_000, CONTENT.subarray(500_000)));
    const { user, system } = process.cpuUsage(cpuBefore);
    expect([asked.status, offsetIn(asked)]).toEqual(method === 'PATCH' ? [204, CONTENT.length] : [method === 'POST' ? 201 : 200, 500_000]);
    expect((user + system) / 1000).toBeLessThan(method === 'PATCH' ? 600 : 300);
    const older = await within(3000, 'the older one to be answered', hanging.answer);
    hanging.socket.destroy();
    expect([older.status, readFailureCode(older)]).toEqual([423, 'UPLOAD_LOCKED']);
    if (method !== 'PATCH') expect((await tus.patch(id, 500_000, CONTENT.subarray(500_000))).status).toBe(204);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('I1: at the very same time is whole in the end', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, 1000);
    const answers = await Promise.all([0, 1, 2].map(() => tus.patch(id, 1000, CONTENT.subarray(1000))));
    for (const { status } of answers) expect([204, 409, 423]).toContain(status);
    const offset = offsetIn(await tus.head(id));
    if (offset < CONTENT.length) expect((await tus.patch(id, offset, CONTENT.subarray(offset))).status).toBe(204);
    await disk.expectDone({ 'file.bin': CONTENT });
  });
});

describe('a resumable upload that is called off', () => {
  test.each([
    ['E10: by its sender over tus', 'tus'],
    ['by its sender in the queue', 'queue'],
    ['by the owner', 'owner'],
  ])('%s while its bytes come: they go, and the PATCH ends', async (_who, how) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, 0);
    const patch = await openPatchUpTo(server, id, 0, 500_000);
    const removed = await (how === 'tus' ? tus.terminate(id) : how === 'owner' ? server.owner.remove(id) : server.guest.remove(id));
    expect(removed.status).toBe(204);
    const answer = await within(3000, 'the answer to the PATCH', patch.answer);
    patch.socket.destroy();
    expect([answer.status, readFailureCode(answer)]).toEqual([409, 'CANCELLED']);
    expect(await server.guest.record(id)).toMatchObject({ state: 'cancelled', failure: { code: 'CANCELLED' } });
    await disk.expectClean();
    expect((await tus.head(id)).status).toBe(404);
  });

  test.each(['tus', 'queue', 'owner'])('(%s) while nothing comes: what was there goes; it comes again only after it was announced again', async (how) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, 500_000);
    const removed = await (how === 'tus' ? tus.terminate(id) : how === 'owner' ? server.owner.remove(id) : server.guest.remove(id));
    expect(removed.status).toBe(204);
    expect(await state(server, id)).toBe('cancelled');
    await disk.expectClean();
    const refused = await tus.create({ size: CONTENT.length, id });
    expect([refused.status, readFailureCode(refused)]).toEqual([409, 'CANCELLED']);
    await server.guest.announce([{ id, name: 'file.bin', size: CONTENT.length }]);
    expect((await tus.create({ size: CONTENT.length, id, body: CONTENT })).status).toBe(201);
    await disk.expectDone({ 'file.bin': CONTENT });
  });
});
