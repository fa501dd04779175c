/** The same promise, given up at once when the signal says so: reading a file from a cloud can take as long as it likes. */
export function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => { reject(toError(signal.reason)); };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => { signal.removeEventListener('abort', abort); });
  });
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('Called off', { cause: reason });
}
