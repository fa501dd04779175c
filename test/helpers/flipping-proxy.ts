import { startTappedWire, type TappedWire } from './tapped-wire.ts';

/** A wire in front of a server that damages what it carries, and says nothing. */
export interface FlippingProxy extends TappedWire {
  /** On so many of the next connections that carry that much, the byte at `at` arrives as another one. */
  flip(times: number, at: number): void;
  /** From now on, no connection carries more than so many bytes: what comes after them waits. */
  hold(after: number): void;
  /** Bytes that were changed so far. */
  flipped(): number;
}

/** @param target as in {@link startTappedWire} */
export async function startFlippingProxy(target: () => number): Promise<FlippingProxy> {
  let left = 0;
  let at = 0;
  let flipped = 0;
  let most = Number.POSITIVE_INFINITY;
  const wire = await startTappedWire(target, ({ client, passed, forward }, bytes) => {
    if (passed > most) {
      client.pause();
      return;
    }
    const index = at - (passed - bytes.length);
    const now = bytes[index];
    if (left > 0 && now !== undefined) {
      bytes[index] = now ^ 1;
      left -= 1;
      flipped += 1;
    }
    forward(bytes);
  });
  return {
    ...wire,
    flip(times, byte) {
      left = times;
      at = byte;
    },
    hold(after) {
      most = after;
    },
    flipped: () => flipped,
  };
}
