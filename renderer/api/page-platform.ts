import type { Platform } from './platform.ts';

interface Access {
  /** Token of this page's session; null before there is one. */
  token(): string | null;
  /** Called with the token that the server no longer takes. */
  refused(token: string): void;
}

/** The page in any browser: plain `fetch` with the session's token. */
export function createPagePlatform(access: Access): Platform {
  return {
    kind: 'page',
    async fetch(path, init = {}) {
      const token = access.token();
      const headers = new Headers(init.headers);
      if (token !== null) headers.set('Authorization', `Bearer ${token}`);
      const response = await fetch(path, { ...init, headers, cache: 'no-store', credentials: 'omit' });
      if (response.status === 401 && token !== null) access.refused(token);
      return response;
    },
  };
}
