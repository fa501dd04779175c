/** Same shape as `fetch`, for paths that begin with `/api/`; access is already added. Rejects with a TypeError when nobody answers. */
export type ApiFetch = (path: string, init?: RequestInit) => Promise<Response>;

/** What differs between the page in a browser and the app's own window. */
export interface Platform {
  readonly kind: 'page' | 'window';
  readonly fetch: ApiFetch;
}
