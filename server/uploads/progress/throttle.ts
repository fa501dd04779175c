export interface Throttle {
  /** Runs the job now, or as soon as the interval since the last run is over; calls in between are one call. */
  request(): void;
  /** Forgets a run that is still to come. */
  cancel(): void;
}

export function createThrottle(intervalMs: number, job: () => void): Throttle {
  let lastMs = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  const run = (): void => {
    timer = undefined;
    lastMs = performance.now();
    job();
  };

  return {
    request() {
      if (timer !== undefined) return;
      const waitMs = lastMs + intervalMs - performance.now();
      if (waitMs <= 0) run();
      else timer = setTimeout(run, waitMs).unref();
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
