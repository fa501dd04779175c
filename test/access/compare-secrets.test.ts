import type * as Crypto from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { TestServer } from '../helpers/launch-server.ts';

/** Lengths of what was compared, by the one function that takes as long for a near miss as for a far one. */
const compared = vi.hoisted((): number[] => []);
vi.mock('node:crypto', async (importOriginal) => {
  const crypto = await importOriginal<typeof Crypto>();
  return {
    ...crypto,
    timingSafeEqual: (left: Uint8Array, right: Uint8Array) => {
      compared.push(left.byteLength, right.byteLength);
      return crypto.timingSafeEqual(left, right);
    },
  };
});
const { launchServer, OWNER_TOKEN, TEST_CODE } = await import('../helpers/launch-server.ts');
const { startSession } = await import('../helpers/session.ts');

let server: TestServer;
const secrets = { invitation: '', session: '' };
beforeAll(async () => {
  server = await launchServer();
  secrets.invitation = server.running.links[0]?.split('#')[1] ?? '';
  secrets.session = (await startSession(server)).token ?? '';
});
afterAll(() => server.stop());
beforeEach(() => void (compared.length = 0));

const SECRETS: readonly (readonly [what: string, secret: () => string, status: number])[] = [
  ['the owner\'s token', () => OWNER_TOKEN, 200], ['a token that begins like it', () => OWNER_TOKEN.slice(0, -1), 401], ['the code', () => TEST_CODE.toLowerCase(), 200], ['a code that begins like it', () => TEST_CODE.slice(0, -1), 401],
  ['a long wrong one', () => 'x'.repeat(500), 401], ['the invitation', () => secrets.invitation, 200], ['one that begins like it', () => `${secrets.invitation.slice(0, -1)}_`, 401],
  ['a session', () => secrets.session, 200], ['a session with another end', () => `${secrets.session.slice(0, -6)}AAAAAA`, 401],
];

test.each(SECRETS)('C21: %s is compared by hashes of equal length, in a time that tells nothing', async (_what, secret, status) => {
  const answer = await server.stranger.request('GET', '/api/uploads', { headers: { authorization: `Bearer ${secret()}` } });
  expect(answer.status).toBe(status);
  expect(compared.length).toBeGreaterThan(0);
  expect(new Set(compared)).toEqual(new Set([32]));
});
