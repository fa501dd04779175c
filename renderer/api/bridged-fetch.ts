import type { BridgedRequest, DesktopBridge } from '../../electron/contracts/bridge.ts';
import { makeId } from '../sender/make-id.ts';
import type { ApiFetch } from './platform.ts';
import { rebuildResponse } from './rebuild-response.ts';

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
      return rebuildResponse({ status, statusText, headers, text });
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  };
}
