import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSessionTokens, looksLikeSessionToken, pageSender } from '../../../server/access/session-token.ts';

describe('session tokens', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  const sender = pageSender('iPhone (Safari) “ä”');

  test('tell every process with the same secret who it is', () => {
    const secret = randomBytes(32);
    const { token } = createSessionTokens(secret).issue(sender);
    expect(looksLikeSessionToken(token)).toBe(true);
    expect(createSessionTokens(secret).verify(token)).toEqual(sender);
    expect(createSessionTokens(randomBytes(32)).verify(token)).toBeNull();
  });

  test('end when they say, not before', () => {
    const tokens = createSessionTokens(randomBytes(32));
    const { token, expiresAtMs } = tokens.issue(sender);
    vi.setSystemTime(expiresAtMs - 1);
    expect(tokens.verify(token)).toEqual(sender);
    vi.setSystemTime(expiresAtMs + 1);
    expect(tokens.verify(token)).toBeNull();
  });

  test('are worth nothing with any letter changed, cut or added', () => {
    const tokens = createSessionTokens(randomBytes(32));
    const { token } = tokens.issue(sender);
    for (let at = 3; at < token.length; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const forged = tokens.verify(`${token.slice(0, at)}${other}${token.slice(at + 1)}`);
      // The last letter of base64 may carry bits that mean nothing; whoever it tells of is still the same.
      expect(forged === null || (at === token.length - 1 && forged.id === sender.id)).toBe(true);
    }
    for (const text of ['s1.', 's1..', 's1.x.y', `${token}.z.`.slice(0, -4), token.slice(0, -5), 's1.e30.', `s1.${'A'.repeat(10_000)}.x`]) expect(tokens.verify(text)).toBeNull();
  });

  test('identities are never the same twice, but for one secret', () => {
    expect(pageSender('x', 'secret').id).toBe(pageSender('y', 'secret').id);
    expect(new Set(Array.from({ length: 1000 }, () => pageSender('x').id)).size).toBe(1000);
    expect(sender.id).toMatch(/[0-9a-f]{32}/u);
  });
});
