interface PollOptions {
  /** One round; rejects when it could not be done. */
  ask(signal: AbortSignal): Promise<void>;
  /** How long to wait after a round; null stops until `wake`. */
  delayMs(): number | null;
  /** How many rounds in a row have failed; 0 as soon as one works. */
  failed(times: number): void;
}

export interface PollLoop {
  start(): void;
  /** The next round at once: something is about to change. */
  wake(): void;
  stop(): void;
}

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8000;

/** Asks again and again, one round at a time, more rarely while rounds fail. */
export function createPollLoop({ ask, delayMs, failed }: PollOptions): PollLoop {
  let life: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let again = false;
  let failures = 0;

  async function round(signal: AbortSignal): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    asking = true;
    again = false;
    try {
      await ask(signal);
      failures = 0;
    } catch {
      // What went wrong is the banner's business: `failed` below tells it.
      failures += 1;
    }
    // Stopped meanwhile, and perhaps started anew: the state belongs to another round.
    if (signal.aborted) return;
    asking = false;
    failed(failures);
    const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
    const waitMs = again ? 0 : failures > 0 ? backoffMs : delayMs();
    if (waitMs !== null) timer = setTimeout(() => { void round(signal); }, waitMs);
  }

  return {
    start() {
      if (life !== null) return;
      life = new AbortController();
      void round(life.signal);
    },
    wake() {
      if (life === null) return;
      if (asking) again = true;
      else void round(life.signal);
    },
    stop() {
      life?.abort();
      life = null;
      asking = false;
      clearTimeout(timer);
    },
  };
}
