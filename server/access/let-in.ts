import type { SecretKeeper } from '../hide-secrets.ts';
import { createAccess, type Access, type GuestCode } from './access.ts';
import { readableCode } from './code.ts';
import type { Devices } from './devices.ts';

/** The one that opens the door, and those that opened it lately: somebody may still type them where they can be logged. */
const MOST_CODES = 10;

interface LetInOptions {
  /** A code of one's own; undefined: one is made, and another one when it was guessed at too often; null: none is asked for. */
  readonly code: string | null | undefined;
  /** What all processes on the upload folder share. */
  readonly secret: () => Promise<Buffer>;
  readonly ownerToken: string | undefined;
  readonly devices: Devices;
  /** Told the new code, as a person types it. */
  readonly onCode: ((code: string) => void) | undefined;
}

/** Decides who may come in through one listener, and keeps what opens it out of the log. */
export async function letIn({ code, secret, ownerToken, devices, onCode }: LetInOptions, secrets: SecretKeeper): Promise<Access> {
  const codes: (() => void)[] = [];
  const hide = (code: string): void => {
    codes.push(secrets.addCode(code));
    // Whoever guesses makes as many new ones as they like, and each line of the log is searched for all that are kept.
    if (codes.length > MOST_CODES) codes.shift()?.();
  };
  const onChange = (changed: string): void => {
    hide(changed);
    secrets.log('warn', 'code:changed', { reason: 'guessed at too often' });
    onCode?.(readableCode(changed));
  };
  const key = await secret();
  const guestCode = (): GuestCode => {
    if (code === null) return { kind: 'none' };
    return code === undefined ? { kind: 'made', onChange } : { kind: 'given', code, secret: key };
  };
  const access = createAccess({ code: guestCode(), ownerToken, devices, programKey: key });
  const first = access.code();
  if (first !== null) hide(first);
  if (ownerToken !== undefined) secrets.addToken(ownerToken);
  return access;
}
