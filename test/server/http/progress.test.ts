import { describe, expect, test } from 'vitest';
import { listStaging } from '../../helpers/disk.ts';
import { announced, buildAnnouncedForm } from '../../helpers/multipart.ts';
import { sampleBytes, xxh128 } from '../../helpers/sample-bytes.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

/** A form reader may hold back what could be the beginning of the boundary. */
const HELD_BACK_BYTES = 64 * 1024;

describe('progress while bytes arrive', () => {
  test('counts the bytes that are on disk, and they are nearly all that were sent', async () => {
    const server = await startTestServer();
    const content = sampleBytes(8_000_000);
    const upload = await openSlowUpload(server, { content });
    for (const sentBytes of [1_000, 700_000, 3_000_000, 7_999_999]) {
      await upload.sendTo(sentBytes);
      const received = await waitUntil(`progress near ${sentBytes}`, async () => {
        const record = await server.guest.record(upload.id).catch(() => undefined);
        const [staged] = await listStaging(server.folder);
        if (record === undefined || staged === undefined || record.received > staged.sizeBytes) return undefined;
        return record.state === 'receiving' && record.received === staged.sizeBytes && record.received > sentBytes - HELD_BACK_BYTES && record.received;
      });
      expect(received).toBeLessThanOrEqual(sentBytes);
    }
    expect((await upload.finish()).status).toBe(201);
    expect(await server.guest.record(upload.id)).toMatchObject({ state: 'stored', received: content.length, size: content.length, digest: await xxh128(content) });
  });

  test('never says more than what is on disk, and never goes back', async () => {
    const server = await startTestServer();
    const content = sampleBytes(30_000_000);
    const upload = await openSlowUpload(server, { content });
    const seen: number[] = [];
    const answer = upload.finish();
    await waitUntil('the upload to be stored', async () => {
      const record = await server.guest.record(upload.id).catch(() => undefined);
      const [staged] = await listStaging(server.folder);
      // The disk is asked after the server, so it can only have more.
      if (record?.state === 'receiving' && staged !== undefined) expect(record.received).toBeLessThanOrEqual(staged.sizeBytes);
      if (record !== undefined) seen.push(record.received);
      return record?.state === 'stored';
    });
    expect((await answer).status).toBe(201);
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    expect(seen.at(-1)).toBe(content.length);
  });

  test('announced files are waiting, then receiving, then stored', async () => {
    const server = await startTestServer();
    const content = sampleBytes(400_000);
    const one = announced('one.bin', content);
    const later = announced('later.bin', 'later');
    const reply = await server.guest.announce([one, later].map(({ content: _content, ...told }) => told), 'trip');
    expect(reply.batch).toBe('trip');
    expect(reply.uploads.map(({ id, state, received }) => [id, state, received])).toEqual([[one.id, 'waiting', 0], [later.id, 'waiting', 0]]);
    expect(server.running.activeUploads()).toBe(2);
    const upload = await openSlowUpload(server, { content, id: one.id, name: one.name });
    await upload.sendTo(300_000);
    await waitUntil('it to be receiving', async () => (await server.guest.record(one.id)).state === 'receiving');
    await upload.finish();
    expect((await server.guest.record(one.id)).state).toBe('stored');
    expect((await server.guest.record(later.id)).state).toBe('waiting');
    const sent = await server.guest.send(buildAnnouncedForm([later]));
    expect(sent.status).toBe(201);
    expect((await server.guest.records()).map(({ batch, state }) => [batch, state])).toEqual([['trip', 'stored'], ['trip', 'stored']]);
    expect(server.running.activeUploads()).toBe(0);
  });
});
