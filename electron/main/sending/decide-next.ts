import type { FailureCode } from '../../../server/contracts/failure.ts';

/** Pauses before the next try, while none brings it further; the last one for ever. */
const PAUSES_MS = [100, 500, 2000, 4000] as const;
const LONGEST_PAUSE_MS = 8000;

/** What the connection, or the server's own trouble, may have caused: what has arrived stays, and it can go on from there. */
const PASSING: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'UPLOAD_ABORTED', 'UPLOAD_STALLED', 'UPLOAD_LOCKED', 'UPLOAD_OFFSET_CONFLICT', 'REQUEST_TIMEOUT', 'STORAGE_UNAVAILABLE', 'TOO_MANY_UPLOADS', 'INTERNAL',
]);

/** The disk is full. Somebody has to make room, which takes longer than a connection takes to come back. */
const NO_ROOM: ReadonlySet<FailureCode> = new Set<FailureCode>(['INSUFFICIENT_STORAGE', 'QUOTA_EXCEEDED']);
const NO_ROOM_PAUSES_MS = [1000, 2000, 5000, 10_000] as const;
const LONGEST_NO_ROOM_PAUSE_MS = 15_000;

/** True when there is no room for it at the moment. */
export function isNoRoom(code: FailureCode | null): boolean {
  return code !== null && NO_ROOM.has(code);
}

export type Next =
  | { readonly kind: 'go-on'; readonly afterMs: number }
  | { readonly kind: 'leave' };

/**
 * Whether an upload that broke off goes on by itself. Nobody has to ask for it: a disk that was away, a connection, or room on a full
 * disk, may come back after hours.
 * @param code why it broke off; null when the connection was lost without a word
 * @param fruitless tries in a row, from 1, since the last that brought it further
 */
export function decideNext(code: FailureCode | null, fruitless: number): Next {
  if (isNoRoom(code)) return { kind: 'go-on', afterMs: NO_ROOM_PAUSES_MS[fruitless - 1] ?? LONGEST_NO_ROOM_PAUSE_MS };
  if (code !== null && !PASSING.has(code)) return { kind: 'leave' };
  return { kind: 'go-on', afterMs: PAUSES_MS[fruitless - 1] ?? LONGEST_PAUSE_MS };
}
