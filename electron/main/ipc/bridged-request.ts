import type { BridgedRequest } from '../../contracts/bridge.ts';
import { isKey, isRecord } from './guards.ts';

const METHODS: ReadonlySet<unknown> = new Set(['GET', 'POST', 'DELETE']);
const MAX_BODY_BYTES = 1 << 20;
const MAX_PATH_LENGTH = 2048;

/** What a header of the window may say. A name that is not here is refused, so Host, Authorization and Origin are too. */
const HEADERS: Readonly<Record<string, RegExp>> = {
  // JSON only: a form would be a way for file bytes to cross IPC.
  'content-type': /^application\/json(; ?charset=utf-8)?$/i,
  accept: /^[\x20-\x7e]{1,256}$/,
  'x-progress-id': /^[\x21-\x7e]{1,128}$/,
};

/** Where a request that may be made goes, and what it carries. */
export interface AllowedRequest {
  readonly id: string;
  readonly method: BridgedRequest['method'];
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Looks at what the window asked for; null when it must not be made. */
export function allowRequest(ask: unknown, serverUrl: string): AllowedRequest | null {
  if (!isBridgedRequest(ask)) return null;
  const url = resolveApiUrl(ask.path, serverUrl);
  const headers = allowHeaders(ask.headers);
  if (url === null || headers === null || !isBodyAllowed(ask)) return null;
  return { id: ask.id, method: ask.method, url, headers, body: ask.body };
}

/**
 * Resolves first, looks afterwards: `//evil/api/x` and `/\evil` change the host, `/api/../x` and `/api/%2e%2e/x` leave the prefix,
 * and only the URL parser knows all the spellings.
 */
export function resolveApiUrl(path: string, serverUrl: string): URL | null {
  // The URL parser silently drops tabs and line ends; nobody who means well sends them.
  if (path.length > MAX_PATH_LENGTH || !/^[\x21-\x7e]+$/.test(path)) return null;
  const base = new URL(serverUrl);
  const url = URL.canParse(path, base.href) ? new URL(path, base.href) : null;
  if (url === null || url.origin !== base.origin || !url.pathname.startsWith('/api/')) return null;
  return url.username === '' && url.password === '' && url.hash === '' ? url : null;
}

function isBridgedRequest(ask: unknown): ask is BridgedRequest {
  return isRecord(ask) && isKey(ask['id']) && METHODS.has(ask['method']) && typeof ask['path'] === 'string' &&
    isRecord(ask['headers']) && Object.values(ask['headers']).every((value) => typeof value === 'string') &&
    (ask['body'] === null || typeof ask['body'] === 'string');
}

function isBodyAllowed(ask: BridgedRequest): boolean {
  return ask.body === null || (ask.method === 'POST' && Buffer.byteLength(ask.body) <= MAX_BODY_BYTES);
}

function allowHeaders(asked: Readonly<Record<string, string>>): Record<string, string> | null {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(asked)) {
    const lower = name.toLowerCase();
    const rule = Object.hasOwn(HEADERS, lower) ? HEADERS[lower] : undefined;
    if (rule === undefined || !rule.test(value)) return null;
    headers[lower] = value;
  }
  return headers;
}
