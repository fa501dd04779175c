import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSessionTokens, looksLikeSessionToken, pageSender, type SessionTokens } from '../../../server/access/session-token.ts';
import { Failure } from '../../../server/failure.ts';

function isTaken(tokens: SessionTokens, token: string): boolean {
  try {
    tokens.verify(token);
    return true;
  } catch {
    // Refused; why is looked at elsewhere.
    return false;
  }
}

describe('session tokens', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  const sender = pageSender('iPhone (Safari) “ä”');
  const pass = { epoch: '0123456789abcdef', generation: 7 };

  test('tell every process with the same secret who it is', () => {
    const secret = randomBytes(32);
    const { token } = createSessionTokens(secret).issue(sender, pass);
    expect(looksLikeSessionToken(token)).toBe(true);
    expect(createSessionTokens(secret).verify(token)).toEqual({ sender, pass });
    expect(() => createSessionTokens(randomBytes(32)).verify(token)).toThrow(new Failure('TOKEN_INVALID'));
  });

  test('end when they say, not before', () => {
    const tokens = createSessionTokens(randomBytes(32));
    const { token, expiresAtMs } = tokens.issue(sender, pass);
    vi.setSystemTime(expiresAtMs - 1);
    expect(tokens.verify(token)).toEqual({ sender, pass });
    vi.setSystemTime(expiresAtMs + 1);
    expect(() => tokens.verify(token)).toThrow(new Failure('TOKEN_EXPIRED'));
  });

  test('are worth nothing with any letter changed, cut or added', () => {
    const tokens = createSessionTokens(randomBytes(32));
    const { token } = tokens.issue(sender, pass);
    for (let at = 3; at < token.length; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const forged = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      // The last letter of base64 may carry bits that mean nothing; whoever it tells of is still the same.
      if (at === token.length - 1 && isTaken(tokens, forged)) expect(tokens.verify(forged)).toEqual({ sender, pass });
      else expect(() => tokens.verify(forged)).toThrow(new Failure('TOKEN_INVALID'));
    }
    for (const text of ['s1.', 's1..', 's1.x.y', `${token}.z.`.slice(0, -4), token.slice(0, -5), 's1.e30.', `s1.${'A'.repeat(10_000)}.x`]) expect(() => tokens.verify(text)).toThrow(new Failure('TOKEN_INVALID'));
  });

  test('identities are never the same twice, but for one secret', () => {
    expect(pageSender('x', 'secret').id).toBe(pageSender('y', 'secret').id);
    expect(new Set(Array.from({ length: 1000 }, () => pageSender('x').id)).size).toBe(1000);
    expect(sender.id).toMatch(/[0-9a-f]{32}/u);
  });
});
