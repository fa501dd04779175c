import { createHash, createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { SessionReply } from '../contracts/api.ts';
import type { Sender } from '../contracts/upload.ts';
import { Failure } from '../failure.ts';
import { canonicalCode } from './code.ts';
import { deviceName } from './device-name.ts';
import { createSessionTokens, looksLikeSessionToken, pageSender } from './session-token.ts';
import { createWrongCodes } from './wrong-codes.ts';

/** Who asks. */
export interface Caller {
  readonly sender: Sender;
  /** The owner's window: sees and handles everybody's uploads. */
  readonly isOwner: boolean;
}

/** What a request shows of whoever makes it. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly address: string;
  readonly userAgent: string | undefined;
}

/** Decides who may come in through one listener. */
export interface Access {
  /** @throws Failure AUTH_REQUIRED, TOKEN_INVALID, CODE_INVALID, PIN_LOCKED */
  identify(credentials: Credentials): Caller;
  /**
   * A token of its own for a device.
   * @param device its own secret, which makes it the same sender as before
   * @throws Failure AUTH_REQUIRED, CODE_INVALID, PIN_LOCKED
   */
  startSession(code: string | undefined, device: string | undefined, credentials: Credentials): SessionReply;
  readonly asksForCode: boolean;
}

interface AccessOptions {
  /** Null: no code is asked for. */
  readonly code: string | null;
  /** The code was given, not made: other processes have the same one and must know each other's sessions. */
  readonly isShared: boolean;
  readonly ownerToken: string | undefined;
}

const OWNER: Caller = { sender: { id: 'owner', name: 'This computer', kind: 'window' }, isOwner: true };

export function createAccess({ code, isShared, ownerToken }: AccessOptions): Access {
  const secret = isShared && code !== null ? scryptSync(canonicalCode(code), 'slipway sessions', 32) : randomBytes(32);
  const tokens = createSessionTokens(secret);
  const wrongCodes = createWrongCodes();

  const requireCode = (given: string, address: string): void => {
    if (code === null) return;
    wrongCodes.requireUnlocked(address);
    if (isSame(canonicalCode(given), canonicalCode(code))) return;
    wrongCodes.count(address);
    throw new Failure('CODE_INVALID');
  };

  /** Programs have no session: all that come from one address with the code are one sender. */
  const programAt = ({ address, userAgent }: Credentials): Caller => {
    const id = createHmac('sha256', code === null ? 'open' : secret).update(address).digest('hex').slice(0, 32);
    return { sender: { id: `api-${id}`, name: deviceName(userAgent), kind: 'api' }, isOwner: false };
  };

  return {
    asksForCode: code !== null,
    identify(credentials) {
      const given = secretIn(credentials.authorization);
      if (given === null) {
        if (code === null) return programAt(credentials);
        throw new Failure('AUTH_REQUIRED');
      }
      if (ownerToken !== undefined && isSame(given, ownerToken)) return OWNER;
      if (looksLikeSessionToken(given)) {
        const sender = tokens.verify(given);
        if (sender === null) throw new Failure('TOKEN_INVALID');
        return { sender, isOwner: false };
      }
      requireCode(given, credentials.address);
      return programAt(credentials);
    },
    startSession(given, device, credentials) {
      if (code !== null && given === undefined) throw new Failure('AUTH_REQUIRED');
      requireCode(given ?? '', credentials.address);
      const sender = pageSender(deviceName(credentials.userAgent), device);
      return { ...tokens.issue(sender), sender };
    },
  };
}

/** The token of `Bearer …`, or the password of `Basic …` with any user (RFC 6750, RFC 7617). */
function secretIn(authorization: string | undefined): string | null {
  const match = /^(?<scheme>bearer|basic) +(?<value>\S.*)$/iu.exec(authorization ?? '');
  const { scheme, value } = match?.groups ?? {};
  if (scheme === undefined || value === undefined) return null;
  // A code may be typed with its space: "Bearer K7M 4QX".
  if (scheme.toLowerCase() === 'bearer') return value.trim();
  const pair = Buffer.from(value, 'base64').toString();
  const colon = pair.indexOf(':');
  return colon === -1 ? null : pair.slice(colon + 1);
}

/** Compares hashes of equal length, so that the time taken tells nothing. */
function isSame(left: string, right: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}
