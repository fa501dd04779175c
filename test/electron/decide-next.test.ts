import { expect, test } from 'vitest';
import { decideNext } from '../../electron/main/sending/decide-next.ts';

test.each([null, 'UPLOAD_ABORTED', 'UPLOAD_STALLED', 'UPLOAD_LOCKED', 'UPLOAD_OFFSET_CONFLICT'] as const)('after %s it goes on, each time later, and not for ever', (code) => {
  const pauses: number[] = [];
  for (let fruitless = 1; ; fruitless += 1) {
    const next = decideNext(code, fruitless);
    if (next.kind === 'leave') break;
    pauses.push(next.afterMs);
  }
  expect(pauses.length).toBeGreaterThan(1);
  expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
});

test.each(['CANCELLED', 'SHUTTING_DOWN', 'INSUFFICIENT_STORAGE', 'FILE_TOO_LARGE', 'TOKEN_INVALID', 'UPLOAD_ID_IN_USE'] as const)('%s ends it', (code) => {
  expect(decideNext(code, 1)).toEqual({ kind: 'leave' });
});
