/** Why a signal fired, as the Error that a promise is rejected with. */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('Called off', { cause: reason });
}
