import { systemErrorCode } from '../../failure.ts';

/** A virus scanner lets go of a new file after some hundred milliseconds. */
const PATIENCE_MS = 2000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/**
 * Does something to a file that others may hold for a moment, again until it is done or 2 s have passed.
 * @param busy codes of the errors that pass
 * @throws the last error
 */
export async function patiently<Result>(job: () => Promise<Result>, busy: ReadonlySet<string>): Promise<Result> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
    try {
      return await job();
    } catch (error) {
      if (!busy.has(systemErrorCode(error) ?? '') || performance.now() > untilMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
