import { PROGRESS_ID_HEADER, type Api, type RouteName, type SendReply } from '../../server/contracts/api.ts';
import { DUPLICATES_FIELD, type DuplicatePolicy } from '../../server/contracts/duplicates.ts';
import { withDeadline } from './deadline.ts';
import { exchange, failureOf } from './exchange.ts';
import type { ApiFetch } from './platform.ts';
import { REPLY_GUARDS } from './reply-guards.ts';
import { createTusClient, type TusClient } from './tus-client.ts';

type ParamsOf<Route> = Route extends { readonly params: readonly (infer Name extends string)[] }
  ? { readonly params: Readonly<Record<Name, string>> } : { readonly params?: never };
type QueryOf<Route> = Route extends { readonly query: infer Query } ? { readonly query?: Query } : { readonly query?: never };
type BodyOf<Route> = Route extends { readonly body: infer Body } ? { readonly body: Body } : { readonly body?: never };

/** What a call takes, read off the route table. */
export type Ask<Name extends RouteName> = ParamsOf<Api[Name]> & QueryOf<Api[Name]> & BodyOf<Api[Name]> & { readonly signal?: AbortSignal };

/** A plain question that is not answered for so long will not be: a slow phone sends the largest announcement (1 MiB) in less. */
const QUESTION_TIMEOUT_MS = 25_000;

/** What is said of a form beside it. */
export interface FormFacts {
  readonly batch: string;
  /** For names that exist already; undefined: what is usual on the server. */
  readonly duplicates: DuplicatePolicy | undefined;
}

/** How a body goes out. */
export interface Transport {
  readonly signal: AbortSignal;
  /** See ApiInit. */
  readonly sent: (bytes: number) => void;
}

type JsonRoute = Exclude<RouteName, 'POST /api/uploads'>;

export interface Client {
  /** @throws ApiFailure when the server says no, ServerUnreachable when nobody answers, the signal's reason when called off */
  call<Name extends JsonRoute>(name: Name, ask: Ask<Name>): Promise<Api[Name]['reply']>;
  /**
   * Sends a form of files; a Blob has its type with the boundary. An answer that has an outcome for each file is an answer,
   * whatever its status. @throws as `call`
   */
  sendForm(form: FormData | Blob, about: FormFacts, transport: Transport): Promise<SendReply>;
  /** Uploads that can be resumed. */
  readonly tus: TusClient;
}

function fillPath(route: string, params: Readonly<Record<string, string>> = {}, query: object = {}): string {
  const path = route.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (typeof value === 'string') search.set(name, value);
  return search.size === 0 ? path : `${path}?${search.toString()}`;
}

export function createClient(apiFetch: ApiFetch): Client {
  return {
    tus: createTusClient(apiFetch),

    async call(name, { params, query, body, signal }) {
      const [method = 'GET', route = ''] = name.split(' ');
      const deadline = withDeadline(QUESTION_TIMEOUT_MS, signal);
      const answer = await exchange(apiFetch, fillPath(route, params, query), {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
        signal: deadline.signal,
      }).finally(deadline.done);
      if (answer.response.ok && REPLY_GUARDS[name](answer.reply)) return answer.reply;
      throw failureOf(answer);
    },

    async sendForm(form, { batch, duplicates }, transport) {
      const answer = await exchange(apiFetch, fillPath('/api/uploads', {}, { [DUPLICATES_FIELD]: duplicates }), { method: 'POST', body: form, headers: { [PROGRESS_ID_HEADER]: batch }, ...transport });
      if (REPLY_GUARDS['POST /api/uploads'](answer.reply)) return answer.reply;
      throw failureOf(answer);
    },
  };
}
