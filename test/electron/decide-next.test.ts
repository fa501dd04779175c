import { expect, test } from 'vitest';
import { decideNext } from '../../electron/main/sending/decide-next.ts';

test.each([null, 'UPLOAD_ABORTED', 'UPLOAD_STALLED', 'UPLOAD_LOCKED', 'UPLOAD_OFFSET_CONFLICT', 'STORAGE_UNAVAILABLE'] as const)('after %s it goes on for ever, each time later, and never later than after 8 s', (code) => {
  const pauses = Array.from({ length: 100 }, (_none, index) => {
    const next = decideNext(code, index + 1);
    return next.kind === 'leave' ? Infinity : next.afterMs;
  });
  expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
  expect(pauses[0]).toBeLessThan(1000);
  expect(pauses.at(-1)).toBe(8000);
});

test.each(['CANCELLED', 'SHUTTING_DOWN', 'FILE_TOO_LARGE', 'FILE_TOO_LARGE_FOR_DISK', 'TOKEN_INVALID', 'UPLOAD_ID_IN_USE'] as const)('%s ends it', (code) => {
  expect(decideNext(code, 1)).toEqual({ kind: 'leave' });
});

test.each(['INSUFFICIENT_STORAGE', 'QUOTA_EXCEEDED'] as const)('after %s it waits for room for ever, and asks at least every 15 s', (code) => {
  const pauses = Array.from({ length: 100 }, (_none, index) => decideNext(code, index + 1));
  expect(pauses[0]).toEqual({ kind: 'go-on', afterMs: 1000 });
  expect(pauses.at(-1)).toEqual({ kind: 'go-on', afterMs: 15_000 });
});
