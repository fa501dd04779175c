import { describe, expect, test } from 'vitest';
import type { QueueReply } from '../../../server/contracts/api.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';

type Changes = Exclude<QueueReply, { readonly unchanged: true }>;

function changes(reply: QueueReply): Changes {
  if (reply.unchanged) throw new Error('Nothing has changed.');
  return reply;
}

describe('GET /api/uploads?since=', () => {
  test('brings everything first, then only what changed', async () => {
    const server = await startTestServer();
    await server.guest.send(buildForm([file('a.txt', 'a'), file('b.txt', 'bb')]));
    const first = changes(await server.guest.queue());
    expect(first.full).toBe(true);
    expect(first.uploads.map(({ name }) => name)).toEqual(['a.txt', 'b.txt']);
    expect(first.totals).toMatchObject({ count: { stored: 2, failed: 0, waiting: 0 }, receivedBytes: 3, sizeBytes: 3 });

    await server.guest.send(buildForm([file('c.txt', 'ccc')]));
    const second = changes(await server.guest.queue(first.revision));
    expect(second.full).toBe(false);
    expect(second.uploads.map(({ name }) => name)).toEqual(['c.txt']);
    expect(second.removed).toEqual([]);
    expect(second.totals).toMatchObject({ count: { stored: 3 }, receivedBytes: 6, sizeBytes: 6 });
  });

  test('is a few bytes when nothing changed, however long the queue', async () => {
    const server = await startTestServer();
    await server.guest.send(buildAnnouncedForm(Array.from({ length: 300 }, (_, index) => announced(`${index}.txt`, 'x'))));
    const { revision } = await server.guest.queue();
    const answer = await server.guest.request('GET', `/api/uploads?since=${encodeURIComponent(revision)}`);
    expect([200, 304]).toContain(answer.status);
    expect(Buffer.byteLength(answer.text)).toBeLessThan(200);
    expect(await server.guest.queue(revision)).toEqual({ revision, unchanged: true });
  });

  test('a delta grows with what changed, not with the queue', async () => {
    const server = await startTestServer();
    await server.guest.send(buildAnnouncedForm(Array.from({ length: 300 }, (_, index) => announced(`${index}.txt`, 'x'))));
    const { revision } = await server.guest.queue();
    await server.guest.send(buildForm([file('new.txt', 'x')]));
    const answer = await server.guest.request('GET', `/api/uploads?since=${encodeURIComponent(revision)}`);
    expect(Buffer.byteLength(answer.text)).toBeLessThan(2000);
  });

  test('tells what was removed, and a record removed twice is removed once', async () => {
    const server = await startTestServer();
    const sent = await server.guest.send(buildForm([file('a.txt', 'a'), file('b.txt', 'b')]));
    const [a, b] = sent.uploads.map(({ id }) => id);
    const { revision } = await server.guest.queue();
    expect((await server.guest.remove(a ?? '')).status).toBe(204);
    const delta = changes(await server.guest.queue(revision));
    expect([delta.full, delta.uploads, delta.removed]).toEqual([false, [], [a]]);
    expect(delta.totals.count.stored).toBe(1);
    expect((await server.guest.records()).map(({ id }) => id)).toEqual([b]);
    expect((await server.guest.remove(a ?? '')).status).toBe(404);
    expect(await server.guest.queue(delta.revision)).toEqual({ revision: delta.revision, unchanged: true });
  });

  test.each(['', '0', 'nonsense', '../../etc', '9'.repeat(500), '%00', '__proto__'])('an unknown revision %j brings everything', async (since) => {
    const server = await startTestServer();
    await server.guest.send(buildForm([file('a.txt', 'a')]));
    const reply = changes(await server.guest.queue(since));
    expect([reply.full, reply.uploads.length]).toEqual([true, 1]);
  });

  test('a revision of another server brings everything', async () => {
    const [one, other] = [await startTestServer(), await startTestServer()];
    for (const server of [one, other]) await server.guest.send(buildForm([file('a.txt', 'a')]));
    const { revision } = await one.guest.queue();
    expect(changes(await other.guest.queue(revision)).full).toBe(true);
  });

  test('a guest sees only its own; the owner sees all', async () => {
    const server = await startTestServer();
    const [ann, bob] = [await startSession(server, 'Ann'), await startSession(server, 'Bob')];
    const sent = await ann.send(buildForm([file('ann.txt', 'a')]));
    const id = sent.uploads[0]?.id ?? '';
    const bobs = changes(await bob.queue());
    expect([bobs.uploads, bobs.totals.count.stored]).toEqual([[], 0]);
    for (const method of ['GET', 'DELETE']) {
      const answer = await bob.request(method, `/api/uploads/${id}`);
      expect([answer.status, readFailureCode(answer)]).toEqual([404, 'UPLOAD_NOT_FOUND']);
    }
    expect((await server.owner.record(id)).sender.kind).toBe('page');
    expect(await ann.records()).toHaveLength(1);
    // What others do does not wake this guest's poll with anything of theirs.
    await ann.send(buildForm([file('more.txt', 'a')]));
    const later = await bob.queue(bobs.revision);
    expect(later.unchanged === true || later.uploads.length === 0).toBe(true);
    expect((await server.owner.remove(id)).status).toBe(204);
  });

  test('programs with the same code from the same address are one sender', async () => {
    const server = await startTestServer();
    await server.guest.send(buildForm([file('a.txt', 'a')]), { 'user-agent': 'curl/8' });
    await server.guest.send(buildForm([file('b.txt', 'b')]), { 'user-agent': 'script/1' });
    const records = await server.guest.records();
    expect(new Set(records.map(({ sender }) => sender.id)).size).toBe(1);
    expect(records.map(({ sender }) => sender.kind)).toEqual(['api', 'api']);
  });
});
