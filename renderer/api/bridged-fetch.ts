import type { BridgedRequest, DesktopBridge } from '../../electron/contracts/bridge.ts';
import { makeId } from '../sender/make-id.ts';
import type { ApiFetch } from './platform.ts';

/** Statuses that must not carry a body; the Response constructor throws otherwise (Fetch standard, "null body status"). */
const BODYLESS: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

function isBridgedMethod(method: string): method is BridgedRequest['method'] {
  return method === 'GET' || method === 'POST' || method === 'DELETE';
}

/**
 * `fetch` over the bridge: plain data goes out, a real Response is rebuilt from what comes back. Like `fetch` it rejects with
 * a TypeError when the server cannot be reached and with the signal's reason when called off.
 */
export function createBridgedFetch(desktop: Pick<DesktopBridge<File>, 'fetch' | 'abortFetch'>): ApiFetch {
  return async (path, init = {}) => {
    const method = init.method ?? 'GET';
    const body = init.body ?? null;
    if (!isBridgedMethod(method)) throw new TypeError(`The bridge does not carry ${method}`);
    if (body !== null && typeof body !== 'string') throw new TypeError('The bridge carries text only');

    const signal = init.signal ?? null;
    signal?.throwIfAborted();
    const id = makeId();
    const abort = (): void => { desktop.abortFetch(id); };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const answer = await desktop.fetch({ id, method, path, headers: Object.fromEntries(new Headers(init.headers)), body });
      signal?.throwIfAborted();
      if (!answer.ok) throw new TypeError(answer.failure.message);
      const { status, statusText, headers, body: text } = answer.response;
      return new Response(BODYLESS.has(status) ? null : text, {
        status, statusText, headers: headers.map(([name, value]): [string, string] => [name, value]),
      });
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };
}
