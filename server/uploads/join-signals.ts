import { setMaxListeners } from 'node:events';

/** A signal that follows others for as long as it is needed. */
export interface JoinedSignal {
  /** Aborted as soon as one of the others is, with its reason. */
  readonly signal: AbortSignal;
  /** From now on it follows nobody; safe to call twice. */
  release(): void;
}

/**
 * Like AbortSignal.any, where one of the signals outlives the work. What that returns is kept in memory for as long as the
 * longest-lived of its sources, with all that its listeners know (nodejs/node#54614, #64476): each upload would stay until the server
 * stops.
 */
export function joinSignals(signals: readonly AbortSignal[]): JoinedSignal {
  const joined = new AbortController();
  const release = (): void => {
    for (const signal of signals) signal.removeEventListener('abort', follow);
  };
  const follow = (): void => {
    const aborted = signals.find((signal) => signal.aborted);
    if (aborted === undefined) return;
    release();
    joined.abort(aborted.reason);
  };
  // As many follow one of them as there are uploads at the same time.
  setMaxListeners(0, ...signals);
  for (const signal of signals) signal.addEventListener('abort', follow);
  follow();
  return { signal: joined.signal, release };
}
