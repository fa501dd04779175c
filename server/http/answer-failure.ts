import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorReply } from '../contracts/failure.ts';
import { asFailure, Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { bytesLeft, isBodyPending } from './request-body.ts';

/** What is left of a refused body is read when it is no more than this; every byte is one that its sender sends for nothing. */
const WORTH_READING_BYTES = 1 << 20;
/** The sender of a longer one gets this long to read the answer before the connection is cut. */
const LINGER_MS = 500;

/** Errors of express.json (body-parser, "Errors") by their `type`. */
const JSON_ERRORS: Readonly<Record<string, Failure>> = {
  'entity.parse.failed': new Failure('BODY_INVALID'),
  'entity.too.large': new Failure('BODY_TOO_LARGE'),
  'request.aborted': new Failure('UPLOAD_ABORTED'),
  'request.size.invalid': new Failure('BODY_INVALID'),
  'encoding.unsupported': new Failure('CONTENT_ENCODING_UNSUPPORTED'),
  'charset.unsupported': new Failure('UNSUPPORTED_MEDIA_TYPE'),
};

/** Said with "not now" answers that know no better. */
const RETRY_AFTER_S = 5;
const NOT_NOW: ReadonlySet<number> = new Set([429, 503, 507]);

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Turns a failure into an answer: the only place where that happens.
 * @param beside further fields next to `error`
 */
export function failureAnswer(failure: Failure, requestId: string, beside: object = {}): Answer {
  const reply: ErrorReply = { ...beside, error: { ...failure.report(), requestId } };
  const retryAfterS = failure.retryAfterS ?? (NOT_NOW.has(failure.status) ? RETRY_AFTER_S : undefined);
  return {
    status: failure.status,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      // Not Basic: browsers would open their own dialog over the page.
      ...(failure.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="Slipway"' } : {}),
      ...(retryAfterS === undefined ? {} : { 'Retry-After': String(retryAfterS) }),
    },
    body: JSON.stringify(reply),
  };
}

interface Beside {
  /** Further fields next to `error`. */
  readonly fields: object;
  /** Instead of the failure's own, where it speaks for a part only. */
  readonly status?: number;
}

/** Answers a request that failed. */
export function answerFailure(request: IncomingMessage, response: ServerResponse, error: unknown, log: Log, beside?: Beside): void {
  const failure = nameOf(error);
  const requestId = randomUUID();
  log(failure.status === 500 ? 'error' : 'info', 'request:refused', { requestId, method: request.method ?? '', code: failure.code, cause: failure.reason });
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const answer = failureAnswer(failure, requestId, beside?.fields);
  sendAnswer(request, response, { ...answer, status: beside?.status ?? answer.status });
}

/** Sends an answer. When the body of the request is not here yet, it is not waited for: the connection ends with the answer. */
function sendAnswer(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  const isPending = isBodyPending(request);
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body), ...(isPending ? { Connection: 'close' } : {}) });
  if (!isPending) {
    response.end(body);
    return;
  }
  response.write(request.method === 'HEAD' ? '' : body);
  linger(request, () => response.end());
}

/**
 * Lets the sender read the answer before the connection ends: one that is cut while data is under way may lose it (RFC 9112,
 * section 9.6). Reading on would do as well, but browsers hand over more for as long as it is taken, and look for an answer only
 * when it is not any more.
 */
function linger(request: IncomingMessage, end: () => void): void {
  let bytes = (bytesLeft(request) ?? 0) > WORTH_READING_BYTES ? Infinity : 0;
  const finish = (): void => {
    clearTimeout(timer);
    request.off('data', count).off('end', finish).off('close', finish);
    end();
  };
  const count = (chunk: Buffer): void => {
    bytes += chunk.byteLength;
    if (bytes > WORTH_READING_BYTES) request.pause();
  };
  const timer = setTimeout(finish, LINGER_MS);
  request.unpipe();
  request.on('data', count).once('end', finish).once('close', finish);
  if (bytes > WORTH_READING_BYTES) request.pause();
  else request.resume();
}

/** What the page's files say of a Range or an If-Match that does not fit (send, "Errors"): its sender's fault, not ours. */
const NOT_FITTING: ReadonlySet<unknown> = new Set([412, 416]);

function nameOf(error: unknown): Failure {
  if (error instanceof Error && 'statusCode' in error && NOT_FITTING.has(error.statusCode)) return new Failure('REQUEST_INVALID', { cause: error });
  if (error instanceof Error && 'type' in error && typeof error.type === 'string') {
    return JSON_ERRORS[error.type] ?? asFailure(error);
  }
  // Express could not decode a path parameter.
  return error instanceof URIError ? new Failure('NOT_FOUND') : asFailure(error);
}
