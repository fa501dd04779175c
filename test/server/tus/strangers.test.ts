import { describe, expect, test } from 'vitest';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, offsetIn, openPatch, startUpload } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(100_000);
const HALF = 50_000;

describe('another device', () => {
  test.each([['unfinished', HALF], ['finished', CONTENT.length]])('C17: learns nothing of an upload that is %s, and cannot touch it', async (_how, sentBytes) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const [ann, eve] = [await startSession(server), await startSession(server)];
    const id = await startUpload(ann, CONTENT, sentBytes);
    const tus = createTusClient(eve);
    const asked = await tus.head(id);
    expect([asked.status, asked.headers['upload-length']]).toEqual([404, undefined]);
    for (const answer of [await tus.patch(id, sentBytes, Buffer.from('x')), await tus.patch(id, 0, Buffer.from('x')), await tus.terminate(id)]) {
      expect([answer.status, readFailureCode(answer), answer.headers['upload-offset']]).toEqual([404, 'UPLOAD_NOT_FOUND', undefined]);
    }
    const taken = await tus.create({ size: CONTENT.length, id });
    expect([taken.status, readFailureCode(taken), taken.headers['upload-offset']]).toEqual([409, 'UPLOAD_ID_IN_USE', undefined]);
    expect((await eve.remove(id)).status).toBe(404);
    const own = createTusClient(ann);
    expect(offsetIn(await own.head(id))).toBe(sentBytes);
    if (sentBytes < CONTENT.length) expect((await own.patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('does not make a running upload let go by asking for it', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const [ann, eve] = [await startSession(server), await startSession(server)];
    const id = await startUpload(ann, CONTENT, HALF);
    const patch = await openPatch({ ...server, guest: ann }, id, HALF, CONTENT.length);
    await patch.write(CONTENT.subarray(HALF, HALF + 10_000));
    await waitUntil('it to be receiving', async () => (await ann.record(id)).received === HALF + 10_000);
    const tus = createTusClient(eve);
    for (const answer of await Promise.all([tus.head(id), tus.patch(id, HALF, Buffer.from('x')), tus.terminate(id)])) expect(answer.status).toBe(404);
    expect((await tus.create({ size: CONTENT.length, id })).status).toBe(409);
    await patch.write(CONTENT.subarray(HALF + 10_000));
    expect((await patch.answer).status).toBe(204);
    patch.socket.destroy();
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('without a code creates nothing', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.stranger);
    expect((await tus.create({ size: 5, body: Buffer.from('12345') })).status).toBe(401);
    expect((await tus.head('some')).status).toBe(401);
    await disk.expectClean();
  });
});
