import { abortReason } from '../api/abort-reason.ts';

/** The same promise, given up at once when the signal says so: reading a file from a cloud can take as long as it likes. */
export function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => { reject(abortReason(signal)); };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => { signal.removeEventListener('abort', abort); });
  });
}
