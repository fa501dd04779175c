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

/** What a refusal says. */
export function failureOf({ response, reply }: Exchanged): ApiFailure {
  return new ApiFailure(response.status, isErrorReply(reply) ? reply.error : reportOf('INTERNAL'), retryAfterMs(response));
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
