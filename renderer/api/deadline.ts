import { ServerUnreachable } from './api-failure.ts';

export interface Deadline {
  readonly signal: AbortSignal;
  /** Call it when the work is over, however it ended. */
  done(): void;
}

/** A signal that fires with the given one, and as ServerUnreachable after a while. (`AbortSignal.any` is too new for phones of 2022.) */
export function withDeadline(timeoutMs: number, signal?: AbortSignal): Deadline {
  const either = new AbortController();
  const follow = (): void => { either.abort(signal?.reason); };
  const timer = setTimeout(() => { either.abort(new ServerUnreachable('No answer in time')); }, timeoutMs);
  signal?.addEventListener('abort', follow, { once: true });
  if (signal?.aborted === true) follow();
  return {
    signal: either.signal,
    done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', follow);
    },
  };
}
