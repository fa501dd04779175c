import { describe, expect, test } from 'vitest';
import { announced, buildAnnouncedForm } from '../../helpers/multipart.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { startSession } from '../../helpers/session.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

describe('sending an id again', () => {
  test('is reported stored when it is stored; there is no second file', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const photo = announced('photo.jpg', sampleBytes(70_000));
    const [first, second] = [await server.guest.send(buildAnnouncedForm([photo])), await server.guest.send(buildAnnouncedForm([photo]))];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.uploads).toEqual(first.uploads);
    await disk.expectDone({ 'photo.jpg': photo.content });
    expect(await server.guest.records()).toHaveLength(1);
  });

  test('works without more ado after a failure', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const photo = announced('photo.jpg', sampleBytes(70_000));
    expect((await server.guest.post('/api/uploads', buildAnnouncedForm([{ ...photo, content: sampleBytes(60_000) }]))).status).toBe(422);
    await disk.expectClean();
    expect((await server.guest.send(buildAnnouncedForm([photo]))).status).toBe(201);
    await disk.expectDone({ 'photo.jpg': photo.content });
    expect((await server.guest.records()).map(({ id, state, failure }) => [id, state, failure])).toEqual([[photo.id, 'stored', undefined]]);
  });

  test('works after the connection was lost', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const content = sampleBytes(500_000);
    const lost = await openSlowUpload(server, { content, name: 'photo.jpg' });
    await lost.sendTo(300_000);
    await waitUntil('bytes to arrive', async () => (await server.guest.record(lost.id).catch(() => undefined))?.received);
    lost.connection.reset();
    await waitUntil('the loss to be noticed', async () => (await server.guest.record(lost.id)).state === 'failed');
    const again = await openSlowUpload(server, { content, name: 'photo.jpg', id: lost.id });
    expect((await again.finish()).status).toBe(201);
    await disk.expectDone({ 'photo.jpg': content });
  });

  test('takes over from an older sending that is still under way, which its sender gave up', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const content = sampleBytes(500_000);
    const first = await openSlowUpload(server, { content, name: 'photo.jpg' });
    await first.sendTo(100_000);
    await waitUntil('bytes to arrive', async () => (await server.guest.record(first.id).catch(() => undefined))?.received);
    const again = await server.guest.send(buildAnnouncedForm([announced('photo.jpg', content, { id: first.id })]));
    expect([again.status, again.uploads.map(({ state }) => state)]).toEqual([201, ['stored']]);
    const late = await first.finish();
    expect(late.status).not.toBe(201);
    await disk.expectDone({ 'photo.jpg': content });
    expect((await server.guest.record(first.id)).state).toBe('stored');
  });

  test('of somebody else touches neither their file nor their record', async () => {
    const server = await startTestServer();
    const [ann, eve] = [await startSession(server), await startSession(server)];
    const photo = announced('photo.jpg', sampleBytes(70_000));
    await ann.send(buildAnnouncedForm([photo]));
    const before = await ann.record(photo.id);
    const answer = await eve.post('/api/uploads', buildAnnouncedForm([{ ...photo, name: 'eve.jpg', content: sampleBytes(70_000, 2) }]));
    const announcedBy = await eve.request('POST', '/api/batches', { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ files: [{ id: photo.id, name: 'x', size: 1 }] }) });
    for (const { status, text } of [answer, announcedBy]) {
      expect(status).toBe(409);
      for (const secret of [before.digest ?? '', before.sender.id, 'photo.jpg']) expect(text).not.toContain(secret);
    }
    expect(await ann.record(photo.id)).toEqual(before);
  });

  test('of somebody else does not end what waits there', async () => {
    const server = await startTestServer();
    const [ann, eve] = [await startSession(server), await startSession(server)];
    const photo = announced('photo.jpg', sampleBytes(70_000));
    await ann.announce([{ id: photo.id, name: photo.name, size: photo.size }]);
    expect((await eve.post('/api/uploads', buildAnnouncedForm([announced('mine.jpg', 'mine'), photo]))).status).toBe(409);
    expect(await ann.record(photo.id)).toMatchObject({ state: 'waiting' });
    expect((await ann.send(buildAnnouncedForm([photo]))).uploads).toMatchObject([{ state: 'stored', path: 'photo.jpg' }]);
  });
});
