const KEY = 'slipway-token';

export interface TokenStore {
  get(): string | null;
  set(token: string | null): void;
}

/** Keeps the session's token for this tab: it survives a reload, and is gone with the tab. */
export function createTokenStore(): TokenStore {
  let token: string | null = null;
  try {
    token = sessionStorage.getItem(KEY);
  } catch {
    // Storage is switched off in this browser: memory has to do.
  }
  return {
    get: () => token,
    set(value) {
      token = value;
      try {
        if (value === null) sessionStorage.removeItem(KEY);
        else sessionStorage.setItem(KEY, value);
      } catch {
        // As above, or storage is full: the token lives as long as the page.
      }
    },
  };
}
