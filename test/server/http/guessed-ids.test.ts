import { describe, expect, test, vi } from 'vitest';
import { Failure } from '../../../server/failure.ts';
import { createGuessedIds } from '../../../server/http/guessed-ids.ts';
import { createClient } from '../../helpers/client.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { openRaw } from '../../helpers/raw-http.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

const PER_CONNECTION = 500;

/** Asks one question after the other without waiting, as a program that guesses does. @returns the status of each answer */
async function guess(server: { readonly port: number; readonly host: string }, token: string | null, count: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let asked = 0; asked < count; asked += PER_CONNECTION) {
    const { socket, write } = await openRaw(server.port);
    let heard = '';
    socket.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')));
    const batch = Math.min(PER_CONNECTION, count - asked);
    await write(Array.from({ length: batch }, (_, index) => `GET /api/uploads/guess-${asked + index} HTTP/1.1\r\nHost: ${server.host}\r\nAuthorization: Bearer ${token}\r\n\r\n`).join(''));
    const found = (): readonly number[] => [...heard.matchAll(/HTTP\/1\.1 (?<status>\d{3}) /gu)].map(({ groups }) => Number(groups?.['status']));
    await waitUntil('all answers', () => found().length === batch);
    socket.destroy();
    statuses.push(...found());
  }
  return statuses;
}

describe('somebody who guesses ids', () => {
  test('C18: is told to wait after 2,000, and finds what is theirs all the same; nobody else notices', async () => {
    const server = await startTestServer();
    const [eve, ann] = [await startSession(server), await startSession(server)];
    const form = buildForm([file('mine.txt', 'x')]);
    const own = (await eve.send(form)).uploads[0]?.id ?? '';
    const annes = (await ann.send(form)).uploads[0]?.id ?? '';

    const statuses = await guess(server, eve.token, 2005);
    expect(statuses.slice(0, 2000).every((status) => status === 404)).toBe(true);
    expect(statuses.slice(2000).every((status) => status === 429)).toBe(true);
    const refused = await eve.request('GET', `/api/uploads/${annes}`);
    expect([refused.status, readFailureCode(refused)]).toEqual([429, 'TOO_MANY_UNKNOWN']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(200);
    expect((await eve.remove(annes)).status).toBe(429);
    expect((await createTusClient(eve).head(annes)).status).toBe(429);
    expect((await eve.record(own)).state).toBe('stored');
    expect((await eve.send(form)).status).toBe(201);

    // The same address, another device.
    expect((await ann.record(annes)).state).toBe('stored');
    expect((await ann.request('GET', '/api/uploads/nothing')).status).toBe(404);
    expect((await createClient(server.url, server.guest.token).request('GET', '/api/uploads/nothing')).status).toBe(404);
    expect(server.log.filter(({ event }) => event === 'ids:guessed')).toHaveLength(1);
  });

  test('C18: the owner is nobody who guesses', async () => {
    const server = await startTestServer();
    expect(new Set(await guess(server, server.owner.token, 2005))).toEqual(new Set([404]));
  });

  test('C18: of 10,000 ids that are not there, 2,000 are answered so in five minutes', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const log = vi.fn<() => void>();
      const guesses = createGuessedIds(log);
      const isTold = (sender: string): boolean => guesses.count(sender, unknown) === unknown;
      const unknown = new Failure('UPLOAD_NOT_FOUND');
      const told = Array.from({ length: 10_000 }, () => isTold('eve'));
      expect([told.lastIndexOf(true), told.filter((is) => is).length, log.mock.calls.length]).toEqual([1999, 2000, 1]);
      expect(isTold('ann')).toBe(true);
      vi.setSystemTime(Date.now() + 299_000);
      expect(isTold('eve')).toBe(false);
      vi.setSystemTime(Date.now() + 1001);
      expect(isTold('eve')).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test('C18: an id that the server makes has 122 random bits or more, and no two are alike', async () => {
    const server = await startTestServer();
    const form = buildForm(Array.from({ length: 50 }, (_, index) => file(`${index}.txt`, 'x')));
    const ids = (await server.guest.send(form)).uploads.map(({ id }) => id);
    expect(new Set(ids).size).toBe(50);
    for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u);
  });
});
