import { createHmac } from 'node:crypto';

const PREFIX = 'i1.';
/** 6 bits each: 132 bits in all, which nobody guesses, so that wrong ones need not be counted and nobody can be locked out. */
const LENGTH = 22;

/** What a QR code carries instead of the code that people type. The same for all who have the same secret. */
export function invitationOf(secret: Buffer): string {
  return `${PREFIX}${createHmac('sha256', secret).update('slipway invitation').digest('base64url').slice(0, LENGTH)}`;
}

/** True when the text wants to be one of these. */
export function looksLikeInvitation(text: string): boolean {
  return text.startsWith(PREFIX);
}
