/** Together a little longer than the server takes to notice a dead connection (30 s, `stallTimeoutMs`). */
const RETRY_DELAYS_MS = [500, 1000, 2000, 4000, 8000, 8000, 8000] as const;

export interface Recovery {
  /** Plans the next try. Answers false when all tries are used up; with `endless` it never does, and goes on at the longest delay. */
  schedule(minDelayMs: number, endless: boolean): boolean;
  /** When the next try begins, by `Date.now()`; null when none is planned. */
  nextAtMs(): number | null;
  /** Something got through: the next loss starts with all tries again. */
  succeeded(): void;
  /** Tries at once, with all tries again: the network is back, or the person is. */
  now(): void;
  stop(): void;
}

/** Decides when to try again after the connection was lost. */
export function createRecovery(attempt: () => void): Recovery {
  let tries = 0;
  let nextAtMs: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function run(): void {
    clearTimeout(timer);
    timer = undefined;
    nextAtMs = null;
    attempt();
  }

  return {
    schedule(minDelayMs, endless) {
      if (timer !== undefined) return true;
      const delayMs = RETRY_DELAYS_MS[tries] ?? (endless ? RETRY_DELAYS_MS.at(-1) : undefined);
      if (delayMs === undefined) return false;
      tries += 1;
      const waitMs = Math.max(delayMs, minDelayMs);
      timer = setTimeout(run, waitMs);
      nextAtMs = Date.now() + waitMs;
      return true;
    },
    nextAtMs: () => nextAtMs,
    succeeded() { tries = 0; },
    now() {
      tries = 0;
      run();
    },
    stop() { clearTimeout(timer); timer = undefined; nextAtMs = null; },
  };
}
