/**
 * Lets work through as fast as it comes, and slows down whoever goes on for long.
 * @param most so many at once
 * @param perSecond so many more each second
 * @returns resolves when it is time for the next
 */
export function createPace(most: number, perSecond: number): () => Promise<void> {
  let left = most;
  let lookedAtMs = performance.now();
  return async () => {
    const nowMs = performance.now();
    left = Math.min(most, left + ((nowMs - lookedAtMs) / 1000) * perSecond) - 1;
    lookedAtMs = nowMs;
    if (left < 0) await new Promise((resolve) => setTimeout(resolve, (-left / perSecond) * 1000));
  };
}
