import { abortReason } from '../api/abort-reason.ts';

/** Lets a few in at a time; the others wait in the order in which they came. */
export interface RequestSlots {
  /** Waits for a place. @returns what gives it back @throws the signal's reason when called off */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createRequestSlots(count: number): RequestSlots {
  const waiting: (() => void)[] = [];
  let free = count;

  function giveBack(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return giveBack;
      }
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(abortReason(signal));
        };
        const enter = (): void => {
          signal.removeEventListener('abort', leave);
          resolve(giveBack);
        };
        waiting.push(enter);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
  };
}
