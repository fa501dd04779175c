import assert from 'node:assert/strict';
import type { FailureCode } from '../../server/contracts/failure.ts';
import { readFailureCode, type HttpAnswer } from './http-answer.ts';

/** An answer in the one envelope, with exactly this status and code. */
export function expectRefusal(answer: HttpAnswer, status: number, code: FailureCode): void {
  assert.deepEqual([answer.status, readFailureCode(answer)], [status, code]);
}
