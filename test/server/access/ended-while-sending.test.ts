import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TestClient } from '../../helpers/client.ts';
import { endAccess, findDevice, PHONE } from '../../helpers/devices.ts';
import { listTree } from '../../helpers/disk.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { openRaw, requestHead } from '../../helpers/raw-http.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { startSession } from '../../helpers/session.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, offsetIn, openPatch, startUpload } from '../../helpers/tus.ts';
import { waitUntil, within } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(400_000);
const HALF = 200_000;
const SECRET = 'b'.repeat(32);

const receivedOf = async (client: TestClient, id: string): Promise<number> => (await client.record(id)).received;

describe('access that is ended while a device sends', () => {
  test('C2: breaks off a resumable upload; what came stays, and goes on after the code', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const phone = await startSession(server, PHONE.agent, SECRET);
    const id = await startUpload(phone, CONTENT, HALF);
    const patch = await openPatch({ ...server, guest: phone }, id, HALF, CONTENT.length);
    await patch.write(CONTENT.subarray(HALF, HALF + 50_000));
    await waitUntil('it to be receiving', async () => (await receivedOf(server.owner, id)) === HALF + 50_000);
    await endAccess(server.owner, await findDevice(server.owner, PHONE.name));
    expectRefusal(await within(2000, 'the refusal', patch.answer), 401, 'TOKEN_REVOKED');
    await within(3000, 'the connection to close', patch.closed);
    expect(await server.owner.record(id)).toMatchObject({ state: 'interrupted', received: HALF + 50_000 });
    await disk.expectKept({ [id]: CONTENT.subarray(0, HALF + 50_000) });
    expectRefusal(await createTusClient(phone).patch(id, HALF + 50_000, CONTENT.subarray(HALF + 50_000)), 401, 'TOKEN_REVOKED');
    const back = createTusClient(await startSession(server, PHONE.agent, SECRET));
    expect(offsetIn(await back.head(id))).toBe(HALF + 50_000);
    expect((await back.patch(id, HALF + 50_000, CONTENT.subarray(HALF + 50_000))).status).toBe(204);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test.each(['manifest', 'header', 'nothing'] as const)('C2: breaks off a form told of by %s, leaving nothing of what was not whole', async (by) => {
    const server = await startTestServer();
    const phone = await startSession(server, PHONE.agent);
    const disk = await watchDisk(server);
    const upload = await openSlowUpload({ ...server, guest: phone }, { content: CONTENT, by });
    await upload.sendTo(HALF);
    await waitUntil('it to be receiving', async () => (await server.owner.records()).some(({ received }) => received === HALF));
    await endAccess(server.owner, await findDevice(server.owner, PHONE.name));
    expectRefusal(await within(2000, 'the refusal', upload.connection.answer), 401, 'TOKEN_REVOKED');
    await within(3000, 'the connection to close', upload.connection.closed);
    expect((await server.owner.records()).map(({ state, failure }) => [state, failure?.code])).toEqual([['failed', 'TOKEN_REVOKED']]);
    await disk.expectClean();
  });

  test('ends the rest of a form at its second file; the first, which was whole, stays stored', async () => {
    const server = await startTestServer();
    const phone = await startSession(server, PHONE.agent);
    const disk = await watchDisk(server);
    const files = [announced('one.bin', CONTENT), announced('two.bin', CONTENT), announced('three.bin', CONTENT)];
    const form = buildAnnouncedForm(files);
    const connection = await openRaw(server.port);
    await connection.write(requestHead('POST /api/uploads HTTP/1.1', { Host: server.host, Authorization: `Bearer ${phone.token}`, 'Content-Type': form.contentType, 'Content-Length': form.body.length }));
    await connection.write(form.body.subarray(0, (form.spans[2]?.start ?? 0) + HALF));
    await waitUntil('the second to be receiving', async () => (await receivedOf(server.owner, files[1]?.id ?? '').catch(() => 0)) === HALF);
    await endAccess(server.owner, await findDevice(server.owner, PHONE.name));
    await within(3000, 'the connection to close', connection.closed);
    await waitUntil('all to have ended', async () => (await server.owner.records()).map(({ state }) => state).join() === 'stored,failed,failed');
    await disk.expectDone({ 'one.bin': CONTENT });
  });

  test('ends what it announced and has not begun, so that nobody waits for it', async () => {
    const server = await startTestServer();
    const phone = await startSession(server, PHONE.agent);
    await phone.announce([announced('one.bin', 'one'), announced('two.bin', 'two')]);
    await server.guest.announce([announced('other.bin', 'other')]);
    await endAccess(server.owner, await findDevice(server.owner, PHONE.name));
    expect((await server.owner.records()).map(({ name, state }) => [name, state])).toEqual([['one.bin', 'failed'], ['two.bin', 'failed'], ['other.bin', 'waiting']]);
  });
});

describe('twenty senders at once', () => {
  test('C17: each sees, cancels and goes on with its own alone, and all files arrive', async () => {
    const server = await startTestServer();
    const phones = await Promise.all(Array.from({ length: 20 }, (_, number) => startSession(server, PHONE.agent, String(number).padStart(32, 'c'))));
    const disk = await watchDisk(server);
    const contents = phones.map((_, number) => sampleBytes(30_000 + number));
    const ids = await Promise.all(phones.map((phone, number) => startUpload(phone, contents[number] ?? CONTENT, 10_000, { filename: `film-${number}.bin` })));
    const small = phones.map((phone, number) => phone.send(buildForm([file(`photo-${number}.bin`, `photo ${number}`)])));
    expect((await Promise.all(small)).map(({ status }) => status)).toEqual(phones.map(() => 201));
    await Promise.all(phones.map(async (phone, number) => {
      expect((await phone.records()).map(({ name }) => name)).toEqual([`film-${number}.bin`, `photo-${number}.bin`]);
      const others = ids[(number + 1) % ids.length] ?? randomUUID();
      expectRefusal(await phone.remove(others), 404, 'UPLOAD_NOT_FOUND');
      expect((await createTusClient(phone).head(others)).status).toBe(404);
      expectRefusal(await createTusClient(phone).patch(others, 10_000, Buffer.from('x')), 404, 'UPLOAD_NOT_FOUND');
    }));
    // One calls its own off; the rest goes on.
    expect((await phones[0]?.remove(ids[0] ?? ''))?.status).toBe(204);
    const rest = phones.map((phone, number) => createTusClient(phone).patch(ids[number] ?? '', 10_000, (contents[number] ?? CONTENT).subarray(10_000)));
    expect((await Promise.all(rest)).map(({ status }) => status)).toEqual(phones.map((_, number) => (number === 0 ? 404 : 204)));
    const films = Object.fromEntries(contents.map((content, number) => [`film-${number}.bin`, content] as const).slice(1));
    const photos = Object.fromEntries(contents.map((_, number) => [`photo-${number}.bin`, Buffer.from(`photo ${number}`)]));
    await disk.expectDone({ ...films, ...photos });
    expect((await listTree(server.folder)).size).toBe(39);
  });
});
