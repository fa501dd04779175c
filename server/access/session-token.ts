import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Sender } from '../contracts/upload.ts';
import { Failure } from '../failure.ts';
import type { Pass } from './devices.ts';
import { TOKEN_LIFETIME_MS } from './token-lifetime.ts';

const PREFIX = 's1.';

export interface SessionToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

/**
 * Tokens for devices that gave the right code. They are signed, not stored, so that every process with the same secret knows
 * them, also after a restart and without the cache.
 */
export interface SessionTokens {
  issue(sender: Sender, pass: Pass): SessionToken;
  /** Whom it was issued to. Whether it still counts, the list of devices says. @throws Failure TOKEN_INVALID, TOKEN_EXPIRED */
  verify(token: string): IssuedTo;
  /**
   * Shows whoever has the token that we could have signed it. To anybody else it says nothing, also for what we never signed: from an
   * HMAC nobody learns its key, which is the token's signature, nor is one ever the signature of something else.
   * @param session the token without its signature
   */
  prove(session: string, text: string): string;
}

export interface IssuedTo {
  readonly sender: Sender;
  readonly pass: Pass;
}

/** True when the text wants to be one of these tokens. */
export function looksLikeSessionToken(text: string): boolean {
  return text.startsWith(PREFIX);
}

/**
 * Who a device is that opens the page: the same one for the same secret, somebody new without one. The id shows up in records, so
 * it must not tell the secret.
 */
export function pageSender(name: string, secret: string = randomBytes(32).toString('hex')): Sender {
  const id = createHash('sha256').update('slipway device ').update(secret).digest('hex').slice(0, 32);
  return { id: `page-${id}`, name, kind: 'page' };
}

export function createSessionTokens(secret: Buffer): SessionTokens {
  const sign = (body: string): Buffer => createHmac('sha256', secret).update(body).digest();

  return {
    prove: (session, text) => createHmac('sha256', sign(session).toString('base64url')).update(text).digest('base64url'),
    issue(sender, { epoch, generation }) {
      const expiresAtMs = Date.now() + TOKEN_LIFETIME_MS;
      const body = Buffer.from(JSON.stringify([sender.id, sender.name, expiresAtMs, epoch, generation])).toString('base64url');
      return { token: `${PREFIX}${body}.${sign(body).toString('base64url')}`, expiresAtMs };
    },
    verify(token) {
      const [body, signature] = token.slice(PREFIX.length).split('.');
      if (body === undefined || signature === undefined) throw new Failure('TOKEN_INVALID');
      const given = Buffer.from(signature, 'base64url');
      const right = sign(body);
      if (given.length !== right.length || !timingSafeEqual(given, right)) throw new Failure('TOKEN_INVALID');
      return issuedTo(Buffer.from(body, 'base64url').toString());
    },
  };
}

/** The signature was right, so only we can have written this; but an older version of us may have. */
function issuedTo(body: string): IssuedTo {
  const [id, name, expiresAtMs, epoch = '', generation = 0] = JSON.parse(body) as readonly [string, string, number, string?, number?];
  if (expiresAtMs < Date.now()) throw new Failure('TOKEN_EXPIRED');
  return { sender: { id, name, kind: 'page' }, pass: { epoch, generation } };
}
