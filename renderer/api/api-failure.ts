import type { FAILURES, FailureReport } from '../../server/contracts/failure.ts';

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

/**
 * What this side finds out without a word of the server, and whether trying again can help. The compiler holds it to the server's table,
 * which stays out of the page: a fifth of its own code would be sentences that are said in other words here.
 */
const NOTICED = {
  FILE_CHANGED: true,
  FILE_TOO_LARGE: false,
  HOST_NOT_ALLOWED: false,
  INTERNAL: true,
  REQUEST_TIMEOUT: true,
  REQUEST_TOO_LARGE: false,
  STORAGE_UNAVAILABLE: true,
  TOKEN_INVALID: false,
  TOO_MANY_UPLOADS: true,
  UPLOAD_ABORTED: true,
  UPLOAD_EXPIRED: false,
  UPLOAD_LOCKED: true,
  UPLOAD_NOT_FOUND: false,
} as const satisfies { readonly [Code in keyof typeof FAILURES]?: (typeof FAILURES)[Code]['retryable'] };

export type NoticedCode = keyof typeof NOTICED;

/** A failure that was noticed on this side. Its sentence stands with the words of the page. */
export function reportOf(code: NoticedCode): FailureReport {
  return { code, message: '', retryable: NOTICED[code] };
}
