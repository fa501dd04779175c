import { setTimeout as pause } from 'node:timers/promises';

/** How a sending hears of what happens around it. */
export interface SendingSignals {
  /** Breaks it off. */
  readonly signal: AbortSignal;
  /** Cuts the pause before the next try short. */
  readonly woken?: () => AbortSignal;
}

/** Resolves after that time, or earlier, when it is broken off or woken. */
export async function pauseBeforeTrying(afterMs: number, { signal, woken }: SendingSignals): Promise<void> {
  const cut = AbortSignal.any([signal, ...(woken === undefined ? [] : [woken()])]);
  // Rejects only because it was cut short, which whoever did it knows.
  await pause(afterMs, undefined, { signal: cut }).catch(() => undefined);
}
