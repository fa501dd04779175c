import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SessionReply } from '../contracts/api.ts';
import type { Sender } from '../contracts/upload.ts';
import { Failure } from '../failure.ts';
import { canonicalCode, makeCode } from './code.ts';
import { deviceName } from './device-name.ts';
import type { Devices } from './devices.ts';
import { invitationOf, looksLikeInvitation } from './invitation.ts';
import { createSessionTokens, looksLikeSessionToken, pageSender } from './session-token.ts';
import { createWrongCodes } from './wrong-codes.ts';

/** Who asks. */
export interface Caller {
  readonly sender: Sender;
  /** The owner's window: sees and handles everybody's uploads. */
  readonly isOwner: boolean;
  /** Where it comes from. */
  readonly address: string;
  /** Fires, with a Failure, when the access is ended: whatever is being sent ends with it. */
  readonly ended: AbortSignal;
}

/** What a request shows of whoever makes it. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly address: string;
  readonly userAgent: string | undefined;
}

/** Decides who may come in through one listener. */
export interface Access {
  /**
   * @throws Failure AUTH_REQUIRED, TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REVOKED, DEVICE_REFUSED, CODE_INVALID, INVITATION_INVALID,
   *   PIN_LOCKED
   */
  identify(credentials: Credentials): Promise<Caller>;
  /**
   * A token of its own for a device.
   * @param device its own secret, which makes it the same sender as before
   * @throws Failure AUTH_REQUIRED, CODE_INVALID, INVITATION_INVALID, PIN_LOCKED, DEVICE_REFUSED
   */
  startSession(code: string | undefined, device: string | undefined, credentials: Credentials): Promise<SessionReply>;
  /** See SessionTokens. */
  prove(session: string, text: string): string;
  /** What a person types, in its canonical form; null when none is asked for. */
  readonly code: () => string | null;
  /** What a QR code says instead: no guessing leads to it, and it outlives the code. Null when none is needed. */
  readonly invitation: string | null;
  /** The owner may come this way. Where not, what is the owner's does not exist. */
  readonly admitsOwner: boolean;
}

interface AccessOptions {
  readonly code: GuestCode;
  readonly ownerToken: string | undefined;
  readonly devices: Devices;
  /** Makes ids of addresses, the same ones after a restart. */
  readonly programKey: Buffer | string;
}

/** The code that guests type. */
export type GuestCode =
  | { readonly kind: 'none' }
  /** Somebody's own; it stays. Other processes with it and the same secret know each other's sessions. */
  | { readonly kind: 'given'; readonly code: string; readonly secret: Buffer }
  /** Ours; there is a new one when it was guessed at too often. */
  | { readonly kind: 'made'; readonly onChange: (code: string) => void };

const OWNER: Caller = { sender: { id: 'owner', name: 'This computer', kind: 'window' }, isOwner: true, address: '', ended: new AbortController().signal };

export function createAccess({ code: guestCode, ownerToken, devices, programKey }: AccessOptions): Access {
  const secret = guestCode.kind === 'given' ? createHmac('sha256', guestCode.secret).update(canonicalCode(guestCode.code)).digest() : randomBytes(32);
  const tokens = createSessionTokens(secret);
  const wrongCodes = createWrongCodes();
  const invitation = guestCode.kind === 'none' ? null : invitationOf(secret);
  let code = firstCode(guestCode);

  const countWrong = (address: string): void => {
    if (!wrongCodes.count(address) || guestCode.kind !== 'made') return;
    code = makeCode();
    wrongCodes.forgive();
    guestCode.onChange(code);
  };

  const requireCode = (given: string, address: string): void => {
    if (code === null) return;
    if (invitation !== null && looksLikeInvitation(given)) {
      if (isSame(given, invitation)) return;
      throw new Failure('INVITATION_INVALID');
    }
    wrongCodes.requireUnlocked(address);
    if (isSame(canonicalCode(given), canonicalCode(code))) return;
    countWrong(address);
    throw new Failure('CODE_INVALID');
  };

  /** Programs have no session: all that come from one address with the code are one sender. */
  const programAt = ({ address, userAgent }: Credentials): Caller => {
    const id = createHmac('sha256', programKey).update(address).digest('hex').slice(0, 32);
    const sender: Sender = { id: `api-${id}`, name: deviceName(userAgent), kind: 'api' };
    return { sender, isOwner: false, address, ended: devices.meet(sender) };
  };

  return {
    code: () => code,
    invitation,
    admitsOwner: ownerToken !== undefined,
    prove: tokens.prove,
    async identify(credentials) {
      const given = secretIn(credentials.authorization);
      if (given === null) {
        if (code === null) return programAt(credentials);
        throw new Failure('AUTH_REQUIRED');
      }
      if (ownerToken !== undefined && isSame(given, ownerToken)) return OWNER;
      if (looksLikeSessionToken(given)) {
        const { sender, pass } = tokens.verify(given);
        return { sender, isOwner: false, address: credentials.address, ended: await devices.check(sender, pass) };
      }
      requireCode(given, credentials.address);
      return programAt(credentials);
    },
    async startSession(given, device, credentials) {
      if (code !== null && given === undefined) throw new Failure('AUTH_REQUIRED');
      requireCode(given ?? '', credentials.address);
      const sender = pageSender(deviceName(credentials.userAgent), device);
      return { ...tokens.issue(sender, await devices.welcome(sender)), sender };
    },
  };
}

function firstCode(guestCode: GuestCode): string | null {
  switch (guestCode.kind) {
    case 'none': return null;
    case 'given': return guestCode.code;
    case 'made': return makeCode();
    default: return guestCode satisfies never;
  }
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
