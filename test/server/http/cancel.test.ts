import { describe, expect, test } from 'vitest';
import { readFailureCode, readSend } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { openRaw, requestHead } from '../../helpers/raw-http.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { waitUntil, within } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

describe('DELETE /api/uploads/:id', () => {
  test.each([
    ['little is left: it is read and dropped', 5_000_000, true],
    ['much is left: the request ends at once', 20_000_000, false],
  ])('cancels a running upload with 409, and nothing stays; %s', async (_what, sizeBytes, sendsRest) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const upload = await openSlowUpload(server, { content: sampleBytes(sizeBytes) });
    await upload.sendTo(2_000_000);
    await waitUntil('bytes to arrive', async () => (await server.guest.record(upload.id).catch(() => undefined))?.received);
    expect((await server.guest.remove(upload.id)).status).toBe(204);
    expect(await server.guest.record(upload.id)).toMatchObject({ state: 'cancelled', failure: { code: 'CANCELLED', retryable: true } });
    const answer = await within(3000, 'the answer to the cancelled upload', sendsRest ? upload.finish() : upload.connection.answer);
    expect([answer.status, readFailureCode(answer)]).toEqual([409, 'CANCELLED']);
    upload.connection.socket.destroy();
    await disk.expectClean();
  });

  test('cancels one of several files of a request; the others arrive', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const files = [announced('one.bin', sampleBytes(400_000)), announced('two.bin', sampleBytes(400_000, 2)), announced('three.bin', sampleBytes(1000, 3))];
    const form = buildAnnouncedForm(files);
    const connection = await openRaw(server.port);
    const middle = (form.spans[2]?.start ?? 0) + 200_000;
    await connection.write(requestHead('POST /api/uploads HTTP/1.1', {
      Host: server.host, Authorization: `Bearer ${server.guest.token}`, 'Content-Type': form.contentType, 'Content-Length': form.body.length,
    }));
    await connection.write(form.body.subarray(0, middle));
    const second = files[1]?.id ?? '';
    await waitUntil('the second to be receiving', async () => (await server.guest.record(second).catch(() => undefined))?.state === 'receiving');
    expect((await server.guest.remove(second)).status).toBe(204);
    await connection.write(form.body.subarray(middle));
    const answer = await connection.answer;
    connection.socket.destroy();
    expect(answer.status).toBe(207);
    expect(readSend(answer).uploads.map(({ state }) => state)).toEqual(['stored', 'cancelled', 'stored']);
    await disk.expectDone({ 'one.bin': files[0]?.content ?? '', 'three.bin': files[2]?.content ?? '' });
  });

  test('cancels a file that has arrived and waits for the rest of its form; the form goes on', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const form = buildForm([file('one.bin', sampleBytes(1000)), file('two.bin', sampleBytes(1000, 2))]);
    const connection = await openRaw(server.port);
    await connection.write(requestHead('POST /api/uploads HTTP/1.1', {
      Host: server.host, Authorization: `Bearer ${server.guest.token}`, 'Content-Type': form.contentType, 'Content-Length': form.body.length,
    }));
    const middle = (form.spans[1]?.start ?? 0) + 500;
    await connection.write(form.body.subarray(0, middle));
    const states = async (): Promise<string> => (await server.guest.records()).map(({ state }) => state).join();
    await waitUntil('the second to come', async () => (await states()) === 'finishing,receiving');
    const [first] = await server.guest.records();
    expect((await server.guest.remove(first?.id ?? '')).status).toBe(204);
    expect(await states()).toBe('cancelled,receiving');
    await connection.write(form.body.subarray(middle));
    const answer = await connection.answer;
    connection.socket.destroy();
    expect([answer.status, readSend(answer).uploads.map(({ state }) => state)]).toEqual([207, ['cancelled', 'stored']]);
    await disk.expectDone({ 'two.bin': sampleBytes(1000, 2) });
  });

  test('a cancelled upload is accepted again only after it is announced again', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const { content, ...told } = announced('photo.jpg', sampleBytes(1000));
    await server.guest.announce([told]);
    expect((await server.guest.remove(told.id)).status).toBe(204);
    expect((await server.guest.record(told.id)).state).toBe('cancelled');

    const refused = await server.guest.post('/api/uploads', buildAnnouncedForm([{ ...told, content }]));
    expect([refused.status, readFailureCode(refused)]).toEqual([409, 'CANCELLED']);
    await disk.expectClean();

    expect((await server.guest.announce([told])).uploads.map(({ state }) => state)).toEqual(['waiting']);
    expect((await server.guest.send(buildAnnouncedForm([{ ...told, content }]))).status).toBe(201);
    await disk.expectDone({ 'photo.jpg': content });
  });

  test('drops an ended record from the list; the stored file stays', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const sent = await server.guest.send(buildForm([file('kept.txt', 'kept')]));
    const id = sent.uploads[0]?.id ?? '';
    expect((await server.guest.remove(id)).status).toBe(204);
    const answer = await server.guest.request('GET', `/api/uploads/${id}`);
    expect([answer.status, readFailureCode(answer)]).toEqual([404, 'UPLOAD_NOT_FOUND']);
    await disk.expectDone({ 'kept.txt': 'kept' });
  });

  test.each(['unknown', '..%2f..%2fcanary', '__proto__', 'constructor', '%00', '%'])('an unknown id %j is not found', async (id) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const answer = await server.guest.request('DELETE', `/api/uploads/${id}`);
    expect([400, 404]).toContain(answer.status);
    readFailureCode(answer);
    await disk.expectClean();
  });

  test('I4: cancelling at any moment leaves the whole file or nothing', async () => {
    const server = await startTestServer();
    const content = sampleBytes(30_000);
    for (let round = 0; round < 40; round += 1) {
      const told = announced(`race ${round}.bin`, content);
      const [sent, removed] = await Promise.all([server.guest.post('/api/uploads', buildAnnouncedForm([told])), server.guest.remove(told.id)]);
      expect([201, 409]).toContain(sent.status);
      expect([204, 404]).toContain(removed.status);
    }
    const stored = (await server.owner.records()).filter(({ state }) => state === 'stored');
    const disk = await watchDisk(server);
    await disk.expectClean();
    for (const { path } of stored) expect(path).toMatch(/^race/u);
  });
});
