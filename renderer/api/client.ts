import { PROGRESS_ID_HEADER, type Api, type RouteName, type SendReply } from '../../server/contracts/api.ts';
import { ApiFailure, reportOf, ServerUnreachable } from './api-failure.ts';
import { withDeadline } from './deadline.ts';
import type { ApiFetch } from './platform.ts';
import { isErrorReply, REPLY_GUARDS } from './reply-guards.ts';

type ParamsOf<Route> = Route extends { readonly params: readonly (infer Name extends string)[] }
  ? { readonly params: Readonly<Record<Name, string>> } : { readonly params?: never };
type QueryOf<Route> = Route extends { readonly query: infer Query } ? { readonly query?: Query } : { readonly query?: never };
type BodyOf<Route> = Route extends { readonly body: infer Body } ? { readonly body: Body } : { readonly body?: never };

/** What a call takes, read off the route table. */
export type Ask<Name extends RouteName> = ParamsOf<Api[Name]> & QueryOf<Api[Name]> & BodyOf<Api[Name]> & { readonly signal?: AbortSignal };

/** A plain question that is not answered for so long will not be: a slow phone sends the largest announcement (1 MiB) in less. */
const QUESTION_TIMEOUT_MS = 25_000;

type JsonRoute = Exclude<RouteName, 'POST /api/uploads'>;

export interface Client {
  /** @throws ApiFailure when the server says no, ServerUnreachable when nobody answers, the signal's reason when called off */
  call<Name extends JsonRoute>(name: Name, ask: Ask<Name>): Promise<Api[Name]['reply']>;
  /** Sends a form of files. An answer that has an outcome for each file is an answer, whatever its status. @throws as `call` */
  sendForm(form: FormData, batch: string, signal: AbortSignal): Promise<SendReply>;
}

function fillPath(route: string, params: Readonly<Record<string, string>> = {}, query: object = {}): string {
  const path = route.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (typeof value === 'string') search.set(name, value);
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

/** Seconds, as RFC 9110 section 10.2.3 has it; the date form is not used by our server. */
function retryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
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

function failureOf(response: Response, reply: unknown): ApiFailure {
  return new ApiFailure(response.status, isErrorReply(reply) ? reply.error : reportOf('INTERNAL'), retryAfterMs(response));
}

export function createClient(apiFetch: ApiFetch): Client {
  /** The whole answer: a connection can also be lost in the middle of one. */
  async function ask(path: string, init: RequestInit & { readonly signal: AbortSignal }): Promise<{ response: Response; reply: unknown }> {
    try {
      const response = await apiFetch(path, init);
      return { response, reply: await readJson(response) };
    } catch (cause) {
      if (init.signal.aborted) throw init.signal.reason;
      throw new ServerUnreachable('The server does not answer', { cause });
    }
  }

  return {
    async call(name, { params, query, body, signal }) {
      const [method = 'GET', route = ''] = name.split(' ');
      const deadline = withDeadline(QUESTION_TIMEOUT_MS, signal);
      const { response, reply } = await ask(fillPath(route, params, query), {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
        signal: deadline.signal,
      }).finally(deadline.done);
      if (response.ok && REPLY_GUARDS[name](reply)) return reply;
      throw failureOf(response, reply);
    },

    async sendForm(form, batch, signal) {
      const { response, reply } = await ask('/api/uploads', { method: 'POST', body: form, headers: { [PROGRESS_ID_HEADER]: batch }, signal });
      if (REPLY_GUARDS['POST /api/uploads'](reply)) return reply;
      throw failureOf(response, reply);
    },
  };
}
