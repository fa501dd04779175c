import { describe, expect, test } from 'vitest';
import type { TestClient } from '../../helpers/client.ts';
import { allowDevice, endAccess, findDevice, PHONE } from '../../helpers/devices.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import type { HttpAnswer } from '../../helpers/http-answer.ts';
import type { TestServer } from '../../helpers/launch-server.ts';
import { announced, buildAnnouncedForm, buildForm, field, file } from '../../helpers/multipart.ts';
import { answerQuestion, openQuestions } from '../../helpers/questions.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, offsetIn, startUpload } from '../../helpers/tus.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = Buffer.from('all of it');
const HALF = 4;
const BATCH = 'holiday';
const KEY = { 'X-Progress-ID': BATCH };
const FILE = announced('file.bin', CONTENT, { id: 'the-file' });
const TOLD = { batch: BATCH, files: [{ id: FILE.id, name: FILE.name, size: FILE.size }] };
const SECRET = 'c'.repeat(32);

/** A way to send, or to say what will be sent. */
type Road = readonly [name: string, send: (phone: TestClient) => Promise<HttpAnswer>, status: number, brings: 'all' | 'later' | 'none'];

const ROADS: readonly Road[] = [
  ['a form with a manifest', (phone) => phone.post('/api/uploads', buildAnnouncedForm([FILE]), KEY), 201, 'all'],
  ['a form without', (phone) => phone.post('/api/uploads', buildForm([file('file.bin', CONTENT)])), 201, 'all'],
  ['the classic form', (phone) => phone.post('/uploadfile', buildForm([file('file.bin', CONTENT)]), KEY), 200, 'all'],
  ['the classic form with its key as a field', (phone) => phone.post('/uploadfile', buildForm([field('key', BATCH), file('file.bin', CONTENT)])), 200, 'all'],
  ['a tus creation', (phone) => createTusClient(phone).create({ size: CONTENT.length, id: FILE.id, metadata: { batch: BATCH } }), 201, 'later'],
  ['a tus creation without a batch', (phone) => createTusClient(phone).create({ size: CONTENT.length, id: FILE.id }), 201, 'later'],
  ['a tus creation with bytes', (phone) => createTusClient(phone).create({ size: CONTENT.length, id: FILE.id, metadata: { batch: BATCH }, body: CONTENT }), 201, 'all'],
  ['an announcement', (phone) => phone.request('POST', '/api/batches', { headers: { 'content-type': 'application/json' }, body: JSON.stringify(TOLD) }), 201, 'none'],
];

describe('nothing comes before the owner\'s yes', () => {
  test.each(ROADS)('by %s', async (_name, send, status, brings) => {
    const server = await startTestServer({ asks: true });
    const phone = await startSession(server, PHONE.agent, SECRET);
    const disk = await watchDisk(server);
    for (const _time of ['asks', 'while it is open']) expectRefusal(await send(phone), 403, 'APPROVAL_NEEDED');
    expect(await openQuestions(server.owner)).toHaveLength(1);
    expect((await server.owner.records()).every(({ received, state }) => received === 0 && state === 'waiting')).toBe(true);
    await answerQuestion(server.owner, 'no');
    for (const _time of ['is told', 'is told again']) expectRefusal(await send(phone), 403, 'APPROVAL_REFUSED');
    expect(await openQuestions(server.owner)).toEqual([]);
    await disk.expectClean();

    const again = await startSession(server, PHONE.agent, SECRET);
    expectRefusal(await send(again), 403, 'APPROVAL_NEEDED');
    await answerQuestion(server.owner, 'once');
    expect((await send(again)).status).toBe(status);
    if (brings === 'later') expect((await createTusClient(again).patch(FILE.id, 0, CONTENT)).status).toBe(204);
    if (brings !== 'none') await disk.expectDone({ 'file.bin': CONTENT });
    else expect(await phone.records()).toMatchObject([{ id: FILE.id, state: 'waiting' }]);
  });
});

describe('the next bytes of an upload that has begun', () => {
  /** Half of it has come, and now the owner is asked. */
  async function begin(how: (server: TestServer) => Promise<TestClient>, asks: boolean) {
    const server = await startTestServer({ asks });
    const disk = await watchDisk(server);
    const phone = await startSession(server, PHONE.agent, SECRET);
    if (asks) await allowDevice(server.owner, await findDevice(server.owner, PHONE.name), 'always');
    const id = await startUpload(phone, CONTENT, HALF, { batch: BATCH });
    const tus = createTusClient(await how({ ...server, guest: phone }));
    return { server, disk, id, tus, send: () => tus.patch(id, HALF, CONTENT.subarray(HALF)) };
  }

  test.each([
    ['asking was turned on', false, async ({ running, guest }: TestServer) => {
      running.useAsking(true);
      return guest;
    }],
    ['its device is no longer always allowed', true, async ({ owner, guest }: TestServer) => {
      await allowDevice(owner, await findDevice(owner, PHONE.name), 'ask');
      return guest;
    }],
    ['its device was sent away, lost its right and came back', true, async (server: TestServer) => {
      await allowDevice(server.owner, await findDevice(server.owner, PHONE.name), 'no');
      await allowDevice(server.owner, await findDevice(server.owner, PHONE.name), 'ask');
      return startSession(server, PHONE.agent, SECRET);
    }],
  ] as const)('wait for a yes when %s meanwhile; what came stays, and goes on', async (_what, asks, how) => {
    const { server, disk, id, tus, send } = await begin(how, asks);
    for (const _time of ['asks', 'while it is open']) expectRefusal(await send(), 403, 'APPROVAL_NEEDED');
    await answerQuestion(server.owner, 'no');
    for (const _time of ['is told', 'is told again']) expectRefusal(await send(), 403, 'APPROVAL_REFUSED');
    await disk.expectKept({ [id]: CONTENT.subarray(0, HALF) });
    expect(offsetIn(await tus.head(id))).toBe(HALF);

    await startSession(server, PHONE.agent, SECRET);
    expectRefusal(await send(), 403, 'APPROVAL_NEEDED');
    await answerQuestion(server.owner, 'once');
    expect((await send()).status).toBe(204);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('are asked about anew when the access that was allowed has ended', async () => {
    const server = await startTestServer({ asks: true });
    const disk = await watchDisk(server);
    const create = { size: CONTENT.length, id: FILE.id, metadata: { batch: BATCH }, body: CONTENT.subarray(0, HALF) };
    const phone = await startSession(server, PHONE.agent, SECRET);
    expectRefusal(await createTusClient(phone).create(create), 403, 'APPROVAL_NEEDED');
    await answerQuestion(server.owner, 'once');
    expect((await createTusClient(phone).create(create)).status).toBe(201);
    await endAccess(server.owner, await findDevice(server.owner, PHONE.name));
    const back = createTusClient(await startSession(server, PHONE.agent, SECRET));
    expectRefusal(await back.patch(FILE.id, HALF, CONTENT.subarray(HALF)), 403, 'APPROVAL_NEEDED');
    expectRefusal(await back.create(create), 403, 'APPROVAL_NEEDED');
    await disk.expectKept({ [FILE.id]: CONTENT.subarray(0, HALF) });
    await answerQuestion(server.owner, 'once');
    expect((await back.patch(FILE.id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
    await disk.expectDone({ 'file.bin': CONTENT });
  });
});
