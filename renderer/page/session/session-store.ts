import type { SafeStorage } from './safe-storage.ts';

const TOKEN_KEY = 'slipway-session';
const DEVICE_KEY = 'slipway-device';
const DEVICE_SECRET = /^[\w-]{32,128}$/;
const SECRET_BYTES = 32;

/** Keeps what makes this browser the same sender again: for as long as the token lives, and over reloads and closed tabs. */
export interface SessionStore {
  /** Null when there is none. One that was too old when the page was loaded is none. */
  token(): string | null;
  setToken(token: string, expiresAtMs: number): void;
  /** The server no longer takes this page's token. Answers whether there is another one now, which a second tab has got meanwhile. */
  replaceToken(): boolean;
  /** This browser's own secret: see SessionBody. */
  device(): string;
}

interface StoredToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

function isStoredToken(value: unknown): value is StoredToken {
  return typeof value === 'object' && value !== null && 'token' in value && typeof value.token === 'string'
    && 'expiresAtMs' in value && typeof value.expiresAtMs === 'number';
}

export function createSessionStore(storage: SafeStorage): SessionStore {
  function read(): StoredToken | null {
    const stored = parse(storage.get(TOKEN_KEY));
    return isStoredToken(stored) && stored.expiresAtMs > Date.now() ? stored : null;
  }

  let current = read()?.token ?? null;

  return {
    token: () => current,
    setToken(token, expiresAtMs) {
      current = token;
      storage.set(TOKEN_KEY, JSON.stringify({ token, expiresAtMs } satisfies StoredToken));
    },
    replaceToken() {
      const stored = read()?.token ?? null;
      if (stored === current) storage.remove(TOKEN_KEY);
      current = stored === current ? null : stored;
      return current !== null;
    },
    device() {
      const known = storage.get(DEVICE_KEY);
      if (known !== null && DEVICE_SECRET.test(known)) return known;
      const made = Array.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)), (byte) => byte.toString(16).padStart(2, '0')).join('');
      storage.set(DEVICE_KEY, made);
      return made;
    },
  };
}

/** Null when it is missing, not ours, or cut. */
function parse(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    // As good as nothing.
    return null;
  }
}
