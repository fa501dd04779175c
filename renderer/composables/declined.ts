import type { UploadRecord } from '../../server/contracts/upload.ts';

const DECLINED = ['APPROVAL_REFUSED', 'APPROVAL_UNANSWERED', 'TOKEN_REVOKED', 'DEVICE_REFUSED'] as const;

/** What the owner did, or left undone, so that a file did not come: nothing that needs them. */
export type DeclinedCode = (typeof DECLINED)[number];

/** Of a batch. */
export interface Declined {
  readonly count: number;
  /** When all of them have the same reason. */
  readonly code: DeclinedCode | null;
}

/** Why it stopped, where that was for the owner to say. */
export function declinedBy({ state, failure, sender }: UploadRecord): DeclinedCode | null {
  if (sender.kind === 'window' || (state !== 'failed' && state !== 'interrupted')) return null;
  return DECLINED.find((code) => code === failure?.code) ?? null;
}

export function declinedOf(records: readonly UploadRecord[]): Declined {
  const codes = records.filter(({ state }) => state === 'failed').flatMap((record) => declinedBy(record) ?? []);
  const [first = null, ...rest] = new Set(codes);
  return { count: codes.length, code: rest.length === 0 ? first : null };
}
