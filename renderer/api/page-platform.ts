import { fetchByXhr } from './fetch-by-xhr.ts';
import type { Platform } from './platform.ts';
import { isErrorReply } from './reply-guards.ts';

interface Access {
  /** Token of this page's session; null before there is one. */
  token(): string | null;
  /** Called with the token that the server no longer takes, and with the code of its answer, as far as there is one. */
  refused(token: string, code: string | null): void;
}

/** The page in any browser: `fetch`, or what tells of bytes that leave, with the session's token. */
export function createPagePlatform(access: Access): Platform {
  return {
    kind: 'page',
    async fetch(path, init = {}) {
      const token = access.token();
      const send = (shown: string | null): Promise<Response> => {
        const headers = new Headers(init.headers);
        if (shown !== null) headers.set('Authorization', `Bearer ${shown}`);
        return init.sent === undefined
          ? fetch(path, { ...init, headers, cache: 'no-store', credentials: 'omit' }) : fetchByXhr(path, { ...init, headers });
      };
      const response = await send(token);
      if (token === null || (response.status !== 401 && response.status !== 403)) return response;
      const code = await codeIn(response);
      if (response.status === 403 && code !== 'DEVICE_REFUSED') return response;
      access.refused(token, code);
      // The code was entered while this was on its way: nobody would ask again.
      const now = access.token();
      return now === null || now === token ? response : send(now);
    },
  };
}

async function codeIn(response: Response): Promise<string | null> {
  // Cut, or a proxy's HTML page: then the status alone decides.
  const reply: unknown = await response.clone().json().catch(() => null);
  return isErrorReply(reply) ? reply.error.code : null;
}
