import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFailureCode } from '../../helpers/http-answer.ts';
import type { TestServer } from '../../helpers/launch-server.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { mountSmallDisk } from '../../helpers/small-disk.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { isRoot } from '../../helpers/tools.ts';
import { createTusClient, offsetIn, openPatch, startUpload } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(3_000_000);

describe.skipIf(!isRoot())('a resumable upload on a disk that fills up', () => {
  test('F2: keeps what fitted, and goes on when there is room again', async () => {
    const { path } = await mountSmallDisk(4 << 20);
    const server = await startTestServer({ parent: path });
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, 500_000);
    await writeFile(join(path, 'somebody-elses.bin'), Buffer.alloc(2_500_000));
    const full = await tus.patch(id, 500_000, CONTENT.subarray(500_000));
    expect([full.status, readFailureCode(full)]).toEqual([507, 'INSUFFICIENT_STORAGE']);
    // Both sides can say why it does not go on.
    expect(await server.guest.record(id)).toMatchObject({ state: 'interrupted', failure: { code: 'INSUFFICIENT_STORAGE', retryable: true } });
    const offset = offsetIn(await tus.head(id));
    expect(offset).toBeGreaterThan(500_000);
    expect(offset).toBeLessThan(CONTENT.length);
    await rm(join(path, 'somebody-elses.bin'));
    const patch = await openPatch(server, id, offset, CONTENT.length);
    await waitUntil('it to go on', async () => (await server.guest.record(id)).state === 'receiving');
    expect((await server.guest.record(id)).failure).toBeUndefined();
    await patch.write(CONTENT.subarray(offset));
    expect((await patch.answer).status).toBe(204);
    patch.socket.destroy();
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('needs room only for what is still to come', async () => {
    const { path } = await mountSmallDisk(4 << 20);
    const server = await startTestServer({ parent: path });
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, 2_000_000);
    const again = await tus.create({ size: CONTENT.length, id });
    expect([again.status, offsetIn(again)]).toEqual([201, 2_000_000]);
    const other = await tus.create({ size: CONTENT.length });
    expect([other.status, readFailureCode(other)]).toEqual([507, 'INSUFFICIENT_STORAGE']);
    expect((await tus.patch(id, 2_000_000, CONTENT.subarray(2_000_000))).status).toBe(204);
    const stored = await tus.create({ size: CONTENT.length, id });
    expect([stored.status, offsetIn(stored)]).toEqual([201, CONTENT.length]);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test.each([
    ['DELETE of its tus address', ({ guest }: TestServer, id: string) => createTusClient(guest).terminate(id)],
    ['DELETE of its record', ({ guest }: TestServer, id: string) => guest.remove(id)],
  ] as const)('is cancelled though the disk has no room for one more file, not even a lock, by %s', async (_how, cancel) => {
    const { path } = await mountSmallDisk(4 << 20, 40);
    const server = await startTestServer({ parent: path });
    const disk = await watchDisk(server);
    const id = await startUpload(server.guest, CONTENT, 500_000);
    await fillWithFiles(join(path, 'somebody-elses'));
    expect((await cancel(server, id)).status).toBe(204);
    expect((await server.guest.record(id)).state).toBe('cancelled');
    await disk.expectClean();
  });
});

async function fillWithFiles(stem: string): Promise<void> {
  for (let count = 0; ; count += 1) {
    const error = await writeFile(`${stem}-${count}`, '', { flag: 'wx' }).catch((reason: unknown) => reason);
    if (error === undefined) continue;
    expect(error).toMatchObject({ code: 'ENOSPC' });
    return;
  }
}
