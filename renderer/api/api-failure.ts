import { FAILURES, type FailureCode, type FailureReport } from '../../server/contracts/failure.ts';

/** The server answered, and said no. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;
  readonly report: FailureReport;
  /** What the server wants us to wait before the next try; null when it did not say. */
  readonly retryAfterMs: number | null;

  constructor(status: number, report: FailureReport, retryAfterMs: number | null = null) {
    super(report.message);
    this.status = status;
    this.report = report;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Nobody answered: no network, or the server is gone. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable';
}

/** A failure that was noticed on this side, in the words of the closed table. */
export function reportOf(code: FailureCode): FailureReport {
  const { message, retryable } = FAILURES[code];
  return { code, message, retryable };
}
