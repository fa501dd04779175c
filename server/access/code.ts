import { randomInt } from 'node:crypto';

/** Without look-alikes: no 0 and O, no 1, I and L, no 5 and S, no 2 and Z, no 8 and B. */
const ALPHABET = 'ACDEFGHJKMNPQRTUVWXY34679';
const LENGTH = 6;

/** Shortest code of one's own, counted without spaces and dashes. */
export const MIN_CODE_LENGTH = 6;

/** A fresh code for guests, in its canonical form. */
export function makeCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}

/** What counts of a typed code: letters of either case are the same, spaces and dashes are nothing. */
export function canonicalCode(typed: string): string {
  return typed.replace(/[\s-]/gu, '').toUpperCase();
}

/** As a person reads it out: "K7M 4QX". Codes of one's own stay as they are. */
export function readableCode(code: string): string {
  return /^[A-Z0-9]{6}$/u.test(code) ? `${code.slice(0, 3)} ${code.slice(3)}` : code;
}
