const AGAIN_MS = 1000;
/** What is more is cleared at the next start, like what a crash leaves. */
const MOST_LEFT = 10_000;

type Job = () => Promise<void>;

const left = new Set<Job>();
let next: NodeJS.Timeout | undefined;

/**
 * Clears something out of the way. What a disk does not let go now, because it is read-only or away for a while, is tried again every
 * second until it is done. Never rejects: nothing that was decided hangs on it.
 */
export async function clearNowOrLater(job: Job): Promise<void> {
  try {
    await job();
  } catch {
    // Whatever it was, read-only or away: it may be over in a second.
    clearLater(job);
  }
}

/** Clears something that could not be cleared just now; the same job waits only once. */
export function clearLater(job: Job): void {
  if (left.size < MOST_LEFT) left.add(job);
  next ??= setTimeout(() => void clearLeft(), AGAIN_MS).unref();
}

/** Up to the first that still cannot be: the rest is likely to be on the same disk, and has its turn before it next time. */
async function clearLeft(): Promise<void> {
  next = undefined;
  for (const job of [...left]) {
    left.delete(job);
    // What is wrong with it was no news the first time either.
    const isDone = await job().then(() => true, () => false);
    if (isDone) continue;
    left.add(job);
    break;
  }
  if (left.size > 0) next ??= setTimeout(() => void clearLeft(), AGAIN_MS).unref();
}
