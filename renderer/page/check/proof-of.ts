import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { PROOF_LABEL } from '../../../server/contracts/proof.ts';

/** What a page knows that looks for its computer: its token in parts. */
export interface Acquaintance {
  /** May be told to anybody. */
  readonly session: string;
  /** Stays here. */
  readonly key: string;
}

/** Null when the token is none of those that a computer is recognized by. */
export function acquaintanceOf(token: string | null): Acquaintance | null {
  const [, session, key] = token?.split('.') ?? [];
  return session === undefined || key === undefined ? null : { session, key };
}

/** What only the computer itself answers to this nonce at this origin (see `contracts/proof.ts`). Without `crypto.subtle`, which plain HTTP has not. */
export function proofOf(key: string, nonce: string, origin: string): string {
  const bytes = hmac(sha256, utf8ToBytes(key), utf8ToBytes([PROOF_LABEL, nonce, origin].join('\n')));
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
