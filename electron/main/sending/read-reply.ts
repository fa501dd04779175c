import { FAILURES } from '../../../server/contracts/failure.ts';
import type { FailureCode, FailureReport } from '../../../server/contracts/failure.ts';
import { UPLOAD_STATES } from '../../../server/contracts/upload.ts';
import type { UploadState } from '../../../server/contracts/upload.ts';
import { isRecord } from '../ipc/guards.ts';

/** What a sender needs to know of an upload's record. */
export interface Outcome {
  readonly state: UploadState;
  readonly failure: FailureReport | null;
}

/** The outcome of each upload in a reply of `POST /api/batches` or `POST /api/uploads`; empty when it holds none. */
export function readOutcomes(body: string): ReadonlyMap<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  const reply = parseRecord(body);
  const uploads: readonly unknown[] = Array.isArray(reply?.['uploads']) ? reply['uploads'] : [];
  for (const upload of uploads) {
    if (!isRecord(upload) || typeof upload['id'] !== 'string' || !isState(upload['state'])) continue;
    outcomes.set(upload['id'], { state: upload['state'], failure: readReport(upload['failure']) });
  }
  return outcomes;
}

/** The failure of an error answer; INTERNAL where the answer makes no sense. */
export function readFailure(body: string): FailureReport {
  return readReport(parseRecord(body)?.['error']) ?? { code: 'INTERNAL', message: FAILURES.INTERNAL.message, retryable: true };
}

function readReport(value: unknown): FailureReport | null {
  if (!isRecord(value) || !isFailureCode(value['code'])) return null;
  const { message, retryable } = FAILURES[value['code']];
  return { code: value['code'], message, retryable };
}

function parseRecord(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : null;
  } catch {
    // Not JSON: the callers have an answer for that.
    return null;
  }
}

function isState(value: unknown): value is UploadState {
  return UPLOAD_STATES.some((state) => state === value);
}

function isFailureCode(value: unknown): value is FailureCode {
  return typeof value === 'string' && Object.hasOwn(FAILURES, value);
}
