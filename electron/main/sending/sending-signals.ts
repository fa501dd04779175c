/** How a sending hears of what happens around it. */
export interface SendingSignals {
  /** Breaks it off. */
  readonly signal: AbortSignal;
  /** Cuts the pause before the next try short. */
  readonly woken?: () => AbortSignal;
}

/** Resolves after that time, or earlier, when it is broken off or woken. */
export function pauseBeforeTrying(afterMs: number, { signal, woken }: SendingSignals): Promise<void> {
  // Not AbortSignal.any: each would be kept for as long as the app sends (nodejs/node#54614).
  const signals = [signal, ...(woken === undefined ? [] : [woken()])];
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      for (const one of signals) one.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, afterMs);
    for (const one of signals) one.addEventListener('abort', end);
    if (signals.some(({ aborted }) => aborted)) end();
  });
}
