import { ApiFailure, reportOf, ServerUnreachable } from './api-failure.ts';
import type { ApiFetch, ApiInit } from './platform.ts';
import { isErrorReply } from './reply-guards.ts';

/** An answer that has come in whole. */
export interface Exchanged {
  readonly response: Response;
  /** Parsed JSON; null when there was no body, undefined when it was no JSON. */
  readonly reply: unknown;
}

/**
 * One request and its whole answer: a connection can also be lost in the middle of one.
 * @throws ServerUnreachable when nobody answers, the signal's reason when called off
 */
export async function exchange(apiFetch: ApiFetch, path: string, init: ApiInit & { readonly signal: AbortSignal }): Promise<Exchanged> {
  try {
    const response = await apiFetch(path, init);
    return { response, reply: await readJson(response) };
  } catch (cause) {
    if (init.signal.aborted) throw init.signal.reason;
    throw new ServerUnreachable('The server does not answer', { cause });
  }
}

/** A proxy in front finds nobody behind it (RFC 9110, sections 15.6.3 to 15.6.5). Our server's own 503 says so in its envelope. */
const NOBODY_BEHIND: ReadonlySet<number> = new Set([502, 503, 504]);

/** What a refusal says; a proxy in front says it in its own way. */
export function failureOf({ response, reply }: Exchanged): ApiFailure | ServerUnreachable {
  const { status } = response;
  if (isErrorReply(reply)) return new ApiFailure(status, reply.error, retryAfterMs(response));
  if (reply !== null && NOBODY_BEHIND.has(status)) return new ServerUnreachable('The server behind the proxy does not answer');
  return new ApiFailure(status, reportOf(status === 413 ? 'REQUEST_TOO_LARGE' : 'INTERNAL'), retryAfterMs(response));
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's HTML page, or an answer that was cut: no guard will take it.
    return undefined;
  }
}

/** Seconds, as RFC 9110 section 10.2.3 has it; the date form is not used by our server. */
function retryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
