import type { Log } from '../../log.ts';

/** A cache that comes and goes is told of no more often than this. */
const TELL_EVERY_MS = 60_000;

/** Tells the log that the cache is lost or back. @param reason why it is lost; null when it is back */
export function createCacheNews(log: Log): (reason: string | null) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let isToldLost = false;
  let later: NodeJS.Timeout | undefined;

  const tellLost = (reason: string): void => {
    toldAtMs = Date.now();
    isToldLost = true;
    log('warn', 'cache:lost', { reason });
  };

  return (reason) => {
    clearTimeout(later);
    if (reason !== null) {
      const waitMs = toldAtMs + TELL_EVERY_MS - Date.now();
      if (waitMs <= 0) tellLost(reason);
      else later = setTimeout(tellLost, waitMs, reason).unref();
    } else if (isToldLost) {
      isToldLost = false;
      log('info', 'cache:back');
    }
  };
}
