import { FAILURES, type FailureCode, type FailureReport } from './contracts/failure.ts';

interface FailureDetails {
  /** The limit that was passed: bytes or a count. */
  readonly limit?: number;
  /** When trying again makes sense, in seconds. */
  readonly retryAfterS?: number;
  /** Where an upload goes on, in bytes. */
  readonly offset?: number;
  /** What was thrown underneath; for the log, never for an answer. */
  readonly cause?: unknown;
}

/** Everything that Slipway refuses or that goes wrong in a way it knows. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly limit: number | undefined;
  readonly retryAfterS: number | undefined;
  readonly offset: number | undefined;

  constructor(code: FailureCode, details: FailureDetails = {}) {
    super(FAILURES[code].message, { cause: details.cause });
    this.code = code;
    this.limit = details.limit;
    this.retryAfterS = details.retryAfterS;
    this.offset = details.offset;
  }

  get status(): number {
    return FAILURES[this.code].status;
  }

  /** The failure that a record tells of. */
  static from({ code, limit }: FailureReport): Failure {
    return new Failure(code, limit === undefined ? {} : { limit });
  }

  /** What was thrown underneath, in a word for the log: system errors by their code, because their texts name paths. */
  get reason(): string | undefined {
    return systemErrorCode(this.cause) ?? (this.cause instanceof Error ? this.cause.message : undefined);
  }

  /** As it stands in a record or an answer. */
  report(): FailureReport {
    const { message, retryable } = FAILURES[this.code];
    return { code: this.code, message, retryable, ...(this.limit === undefined ? {} : { limit: this.limit }) };
  }
}

/** Gives a name to anything that was thrown; what has none becomes INTERNAL and keeps the original as its cause. */
export function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('INTERNAL', { cause: error });
}

/** The `code` of a system error, such as `ENOENT`; undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** For `catch`, where a file that is not there is no error. @throws every other error */
export function ignoreMissing(error: unknown): undefined {
  if (systemErrorCode(error) !== 'ENOENT') throw error;
}
