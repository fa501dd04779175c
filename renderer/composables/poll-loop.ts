interface PollOptions {
  /** One round; rejects when it could not be done. */
  ask(signal: AbortSignal): Promise<void>;
  /** How long to wait after a round; null stops until `wake`. */
  delayMs(): number | null;
  /** How many rounds in a row have failed; 0 as soon as one works. */
  failed(times: number): void;
  /** The round that runs has been without an answer for so long that it would be wrong to say nothing; it may still work. */
  late(): void;
}

export interface PollLoop {
  start(): void;
  /** The next round at once: something is about to change. A round that is late is given up for it. */
  wake(): void;
  stop(): void;
}

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8000;
/** A computer that has gone to sleep refuses nothing, it is only silent; a line full of photos takes a second or two. */
const LATE_MS = 5000;

interface Round {
  readonly control: AbortController;
  readonly askedAtMs: number;
}

/** Asks again and again, one round at a time, more rarely while rounds fail. */
export function createPollLoop({ ask, delayMs, failed, late }: PollOptions): PollLoop {
  let isOn = false;
  let current: Round | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  let failures = 0;

  async function round(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    again = false;
    const control = new AbortController();
    current = { control, askedAtMs: performance.now() };
    const patience = setTimeout(late, LATE_MS);
    control.signal.addEventListener('abort', () => { clearTimeout(patience); });
    const works = await ask(control.signal).then(() => true, () => false);
    // Stopped or given up meanwhile, and perhaps started anew: the state belongs to another round.
    if (control.signal.aborted) return;
    clearTimeout(patience);
    current = null;
    // What went wrong is the banner's business: `failed` tells it.
    failures = works ? 0 : failures + 1;
    failed(failures);
    const backoffMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
    const waitMs = again ? 0 : failures > 0 ? backoffMs : delayMs();
    if (waitMs !== null) timer = setTimeout(() => { void round(); }, waitMs);
  }

  return {
    start() {
      if (isOn) return;
      isOn = true;
      void round();
    },
    wake() {
      if (!isOn) return;
      // By the clock, not by the timer: a page that was frozen hears of its return first.
      if (current !== null && performance.now() - current.askedAtMs < LATE_MS) {
        again = true;
        return;
      }
      current?.control.abort();
      void round();
    },
    stop() {
      isOn = false;
      current?.control.abort();
      current = null;
      clearTimeout(timer);
    },
  };
}
