import express, { type RequestHandler } from 'express';
import { deviceName } from '../access/device-name.ts';
import type { OwnOrigins } from './own-origins.ts';
import { createVisitNews } from './visit-news.ts';

/** @param others where else than to its own origin a page may connect */
const policyWith = (others: readonly string[]): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'; connect-src ${["'self'", ...others].join(' ')}; img-src 'self' data: blob:; ` +
  "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** For every answer. */
export const SECURITY_HEADERS = {
  'Content-Security-Policy': policyWith([]),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
};

/** Worker that hashes files: it may run WebAssembly, which the page may not, and nothing else; it reaches no network. */
const HASH_WORKER = /[/\\]assets[/\\]hash-worker-[^/\\]+\.js$/u;
const INDEX = /[/\\]index\.html$/u;
const HASH_WORKER_POLICY = "default-src 'none'; script-src 'wasm-unsafe-eval'";

/** On every answer, not only the page's: whatever a browser may be tricked into showing. */
export const setSecurityHeaders: RequestHandler = (_request, response, next) => {
  response.set(SECURITY_HEADERS);
  next();
};

/**
 * Serves the built page.
 * @param onVisit told of devices that open it, as far as it is news
 * @param origins where the page may look for this computer when it has lost it
 */
export function servePage(folder: string, onVisit: (deviceName: string) => void, origins: OwnOrigins): readonly RequestHandler[] {
  const tell = createVisitNews(onVisit);
  const noteVisit: RequestHandler = (request, _response, next) => {
    if (request.method === 'GET' && request.path === '/') tell(deviceName(request.get('User-Agent')));
    next();
  };
  const files = express.static(folder, {
    redirect: false,
    dotfiles: 'ignore',
    // The names under assets/ carry a hash of the content.
    setHeaders(response, path) {
      response.setHeader('Cache-Control', /[/\\]assets[/\\]/u.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (INDEX.test(path)) response.setHeader('Content-Security-Policy', policyWith(origins.besides(response.req.headers.host)));
      if (HASH_WORKER.test(path)) response.setHeader('Content-Security-Policy', HASH_WORKER_POLICY);
    },
  });
  // Programs and polls ask for nothing on disk: no look there for each of them.
  const pageOnly: RequestHandler = (request, response, next) => {
    if (request.path.startsWith('/api/')) next();
    else files(request, response, next);
  };
  return [noteVisit, pageOnly];
}
