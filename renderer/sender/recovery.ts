/** Together a little longer than the server takes to notice a dead connection (30 s, `stallTimeoutMs`). */
const RETRY_DELAYS_MS = [500, 1000, 2000, 4000, 8000, 8000, 8000] as const;

export interface Recovery {
  /** Plans the next try. Answers false when all tries are used up. */
  schedule(minDelayMs?: number): boolean;
  /** Something got through: the next loss starts with all tries again. */
  succeeded(): void;
  /** Tries at once, with all tries again: the network is back, or the person is. */
  now(): void;
  stop(): void;
}

/** Decides when to try again after the connection was lost. */
export function createRecovery(attempt: () => void): Recovery {
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function run(): void {
    clearTimeout(timer);
    timer = undefined;
    attempt();
  }

  return {
    schedule(minDelayMs = 0) {
      if (timer !== undefined) return true;
      const delayMs = RETRY_DELAYS_MS[tries];
      if (delayMs === undefined) return false;
      tries += 1;
      timer = setTimeout(run, Math.max(delayMs, minDelayMs));
      return true;
    },
    succeeded() { tries = 0; },
    now() {
      tries = 0;
      run();
    },
    stop() { clearTimeout(timer); timer = undefined; },
  };
}
