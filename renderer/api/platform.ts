/** What `fetch` takes, and more. */
export interface ApiInit extends RequestInit {
  /** Called with the bytes of the body that have left so far; the browser's word, ahead of what has arrived. */
  readonly sent?: (bytes: number) => void;
}

/** Same shape as `fetch`, for paths that begin with `/api/`; access is already added. Rejects with a TypeError when nobody answers. */
export type ApiFetch = (path: string, init?: ApiInit) => Promise<Response>;

/** What differs between the page in a browser and the app's own window. */
export interface Platform {
  readonly kind: 'page' | 'window';
  readonly fetch: ApiFetch;
}
