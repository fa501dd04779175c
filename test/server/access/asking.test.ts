import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TestClient } from '../../helpers/client.ts';
import { LAPTOP, PHONE } from '../../helpers/devices.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import type { HttpAnswer } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { answerQuestion, openQuestions } from '../../helpers/questions.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const PHOTOS = [announced('one.jpg', 'one'), announced('two.jpg', 'second')];
const BATCH = { 'X-Progress-ID': 'holiday' };

function announce(client: TestClient, batch = 'holiday', files = PHOTOS): Promise<HttpAnswer> {
  const told = files.map(({ content: _content, ...rest }) => rest);
  return client.request('POST', '/api/batches', { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ batch, files: told }) });
}

describe('a device that the owner is asked about', () => {
  test('waits with what it announced, no byte is taken, and after one yes this batch goes, and no other', async () => {
    const names: string[] = [];
    const server = await startTestServer({ asks: true, onQuestion: (name) => names.push(name) });
    const phone = await startSession(server, PHONE.agent);
    const disk = await watchDisk(server);
    expectRefusal(await announce(phone), 403, 'APPROVAL_NEEDED');
    expectRefusal(await announce(phone), 403, 'APPROVAL_NEEDED');
    expectRefusal(await phone.post('/api/uploads', buildAnnouncedForm(PHOTOS), BATCH), 403, 'APPROVAL_NEEDED');
    expectRefusal(await createTusClient(phone).create({ size: 5, metadata: { batch: 'holiday' }, body: Buffer.from('12345') }), 403, 'APPROVAL_NEEDED');
    expect((await phone.records()).map(({ state }) => state)).toEqual(['waiting', 'waiting']);
    expect(await openQuestions(server.owner)).toMatchObject([{ device: { name: PHONE.name }, files: 2, bytes: 9, names: ['one.jpg', 'two.jpg'] }]);
    expect(names).toEqual([PHONE.name]);
    expect((await answerQuestion(server.owner, 'once')).status).toBe(204);
    expect((await announce(phone)).status).toBe(201);
    expect((await phone.post('/api/uploads', buildAnnouncedForm(PHOTOS), BATCH)).status).toBe(201);
    await disk.expectDone({ 'one.jpg': 'one', 'two.jpg': 'second' });
    expectRefusal(await announce(phone, 'other', [announced('three.jpg', '3')]), 403, 'APPROVAL_NEEDED');
    expect(await openQuestions(server.owner)).toMatchObject([{ files: 1 }]);
  });

  test('goes on without being asked about once it is always allowed; others are asked about for themselves, and do not wait for it', async () => {
    const server = await startTestServer({ asks: true });
    const [phone, laptop] = [await startSession(server, PHONE.agent), await startSession(server, LAPTOP.agent)];
    expectRefusal(await announce(phone), 403, 'APPROVAL_NEEDED');
    expectRefusal(await laptop.post('/api/uploads', buildForm([file('a.txt', 'a')])), 403, 'APPROVAL_NEEDED');
    expect((await openQuestions(server.owner)).map(({ device, files }) => [device.name, files])).toEqual([[PHONE.name, 2], [LAPTOP.name, 0]]);
    await answerQuestion(server.owner, 'always', 1);
    expect((await laptop.send(buildForm([file('a.txt', 'a')]))).status).toBe(201);
    expect((await laptop.send(buildForm([file('b.txt', 'b')]), { 'X-Progress-ID': 'later' })).status).toBe(201);
    expectRefusal(await announce(phone), 403, 'APPROVAL_NEEDED');
  });

  test('that is refused is told so, nothing of it is kept', async () => {
    const server = await startTestServer({ asks: true });
    const phone = await startSession(server, PHONE.agent);
    const disk = await watchDisk(server);
    expectRefusal(await announce(phone), 403, 'APPROVAL_NEEDED');
    await answerQuestion(server.owner, 'no');
    expect((await phone.records()).map(({ state, failure }) => [state, failure?.code])).toEqual([['failed', 'APPROVAL_REFUSED'], ['failed', 'APPROVAL_REFUSED']]);
    for (const reply of [await announce(phone), await phone.post('/api/uploads', buildAnnouncedForm(PHOTOS), BATCH)]) expectRefusal(reply, 403, 'APPROVAL_REFUSED');
    expect(await openQuestions(server.owner)).toEqual([]);
    await disk.expectClean();
  });

  test('is heard though somebody at another address has taken all places with ever new sessions', async () => {
    const server = await startTestServer({ asks: true });
    const tell = (client: TestClient, from: string) => {
      const body = JSON.stringify({ files: [{ id: randomUUID(), name: 'a.txt', size: 1 }] });
      return client.request('POST', '/api/batches', { headers: { 'content-type': 'application/json' }, body, from });
    };
    const crowd = await Promise.all(Array.from({ length: 21 }, () => startSession(server)));
    const told = await Promise.all(crowd.map((device) => tell(device, '127.0.0.1')));
    expect(told.map(({ status }) => status).toSorted()).toEqual([...Array.from({ length: 20 }, () => 403), 429]);
    expectRefusal(await tell(await startSession(server, PHONE.agent), '127.0.0.2'), 403, 'APPROVAL_NEEDED');
    const asked = await openQuestions(server.owner);
    expect([asked.length, asked[1]?.device.name]).toEqual([20, PHONE.name]);
  });

  test('is asked about no longer when it calls off what it announced', async () => {
    const server = await startTestServer({ asks: true });
    const phone = await startSession(server, PHONE.agent);
    expectRefusal(await announce(phone), 403, 'APPROVAL_NEEDED');
    for (const { id } of PHOTOS) await phone.remove(id);
    await waitUntil('the question to go', async () => (await openQuestions(server.owner)).length === 0);
    expect((await phone.records()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  });

  test('is the owner\'s to answer; the owner\'s own files, and those of a server without an owner, wait for nobody', async () => {
    const server = await startTestServer({ asks: true });
    const phone = await startSession(server, PHONE.agent);
    expectRefusal(await announce(phone), 403, 'APPROVAL_NEEDED');
    const [question] = await openQuestions(server.owner);
    const ask = { headers: { 'content-type': 'application/json' }, body: '{"answer":"always"}' };
    expectRefusal(await phone.request('POST', `/api/questions/${question?.id}`, ask), 404, 'NOT_FOUND');
    expectRefusal(await server.owner.request('POST', '/api/questions/none', ask), 404, 'QUESTION_NOT_FOUND');
    expectRefusal(await server.owner.request('POST', `/api/questions/${question?.id}`, { ...ask, body: '{"answer":"maybe"}' }), 400, 'BODY_INVALID');
    expect((await server.owner.send(buildForm([file('own.txt', 'own')]))).status).toBe(201);
    server.running.useAsking(false);
    expect((await announce(phone)).status).toBe(201);
    expect(await openQuestions(server.owner)).toEqual([]);
  });
});
