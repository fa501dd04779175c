export type Outcome<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false };

/** Keeps callers from waiting for something that does not answer. */
export interface Breaker {
  /** Runs the call, unless the breaker is open; gives up on it after the deadline. Never rejects. */
  run<Value>(call: () => Promise<Value>): Promise<Outcome<Value>>;
  /** Tells of an error that came by another way. */
  readonly fail: (error: unknown) => void;
  isOpen(): boolean;
  stop(): void;
}

interface BreakerOptions {
  /** A call that takes longer has failed. */
  readonly deadlineMs: number;
  /** Tried once a second while the breaker is open; when it succeeds, the breaker closes. */
  readonly probe: () => Promise<unknown>;
  /** Called when it opens (with what went wrong) and when it closes. */
  readonly onChange: (isOpen: boolean, error?: unknown) => void;
}

const PROBE_EVERY_MS = 1000;

/** Open means: failed lately, nobody is let through but the probe. */
export function createBreaker({ deadlineMs, probe, onChange }: BreakerOptions): Breaker {
  let timer: NodeJS.Timeout | undefined;

  const fail = (error: unknown): void => {
    if (timer !== undefined) return;
    let probing = false;
    timer = setInterval(() => {
      if (probing) return;
      probing = true;
      withDeadline(probe(), deadlineMs).then(close, () => (probing = false));
    }, PROBE_EVERY_MS).unref();
    onChange(true, error);
  };

  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  const close = (): void => {
    if (timer === undefined) return;
    stop();
    onChange(false);
  };

  return {
    async run(call) {
      if (timer !== undefined) return { ok: false };
      try {
        return { ok: true, value: await withDeadline(call(), deadlineMs) };
      } catch (error) {
        fail(error);
        return { ok: false };
      }
    },
    fail,
    isOpen: () => timer !== undefined,
    stop,
  };
}

async function withDeadline<Value>(call: Promise<Value>, deadlineMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('deadline')), deadlineMs);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
