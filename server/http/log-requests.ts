import type { RequestListener } from 'node:http';
import type { Log } from '../log.ts';

/** Tells of every request when it has been answered. The query is left out: people put into it what belongs to nobody's eyes. */
export function logRequests(handle: RequestListener, log: Log): RequestListener {
  return (request, response) => {
    const startedAtMs = performance.now();
    response.once('close', () => {
      const path = (request.url ?? '').replace(/\?.*$/su, '');
      const tookMs = Math.round(performance.now() - startedAtMs);
      log('debug', 'request:answered', { method: request.method ?? '', path, status: response.statusCode, tookMs, whole: response.writableFinished });
    });
    handle(request, response);
  };
}
