import type { BridgedAnswer } from '../../contracts/bridge.ts';
import { refuse } from './answer.ts';
import { allowRequest } from './bridged-request.ts';
import type { AllowedRequest } from './bridged-request.ts';
import { isRecord } from './guards.ts';

export interface ApiTarget {
  readonly url: string;
  /** Added here, so that the page world never holds it. */
  readonly ownerToken: string;
  /** Told before an upload is deleted; what it answers is called once the server knows. */
  readonly onDelete: (uploadId: string) => () => void;
}

export interface ApiAnswerer {
  /** Never rejects; any HTTP status is `ok: true`. */
  answer(ask: unknown): Promise<BridgedAnswer>;
  /** Calls off the request that `ask` names; unknown names are none of our business. */
  abort(ask: unknown): void;
  /** Calls off everything under way. */
  stop(): void;
}

/** Makes the window's requests for it, to the embedded server's API and to nothing else. */
export function createApiAnswerer(target: ApiTarget): ApiAnswerer {
  const underWay = new Map<string, AbortController>();

  async function make(request: AllowedRequest, signal: AbortSignal): Promise<BridgedAnswer> {
    const deleted = request.method === 'DELETE' ? deletedUpload(request.url) : null;
    const afterDelete = deleted === null ? null : target.onDelete(deleted);
    const response = await fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, authorization: `Bearer ${target.ownerToken}` },
      body: request.body,
      // A redirect could lead away from our own server.
      redirect: 'manual',
      signal,
    });
    const body = await response.text();
    afterDelete?.();
    return { ok: true, response: { status: response.status, statusText: response.statusText, headers: [...response.headers], body } };
  }

  return {
    async answer(ask) {
      const request = allowRequest(ask, target.url);
      if (request === null || underWay.has(request.id)) return refuse('BRIDGE_REQUEST_DENIED');
      const controller = new AbortController();
      underWay.set(request.id, controller);
      try {
        return await make(request, controller.signal);
      } catch {
        // fetch rejects only when no answer came; which of the two it was, the signal tells.
        return refuse(controller.signal.aborted ? 'ABORTED' : 'SERVER_UNREACHABLE');
      } finally {
        underWay.delete(request.id);
      }
    },
    abort(ask) {
      if (isRecord(ask) && typeof ask['id'] === 'string') underWay.get(ask['id'])?.abort();
    },
    stop() {
      for (const controller of underWay.values()) controller.abort();
    },
  };
}

function deletedUpload(url: URL): string | null {
  const id = /^\/api\/uploads\/([^/]+)$/.exec(url.pathname)?.[1];
  if (id === undefined) return null;
  try {
    return decodeURIComponent(id);
  } catch {
    // A malformed escape names no upload; the server will say so.
    return null;
  }
}
