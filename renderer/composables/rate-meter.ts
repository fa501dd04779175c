export interface RateMeter {
  /** Notes bytes that arrived since the last note. */
  add(nowMs: number, bytes: number): void;
  /** Bytes per second over the window; 0 when nothing arrived in it. */
  perSecond(nowMs: number): number;
}

/** After so long without a byte it has stalled, and an old speed would be a lie. */
const STALL_MS = 2500;
/** Below this a speed is a guess, and a wild one. */
const SHORTEST_SPAN_MS = 400;

/** Measures a speed over a sliding window, so that one slow poll does not make the number jump. */
export function createRateMeter(windowMs = 5000): RateMeter {
  const notes: { readonly atMs: number; readonly bytes: number }[] = [];
  let startedAtMs: number | null = null;

  function forget(nowMs: number): void {
    while (notes[0] !== undefined && notes[0].atMs <= nowMs - windowMs) notes.shift();
    if (notes.length === 0) startedAtMs = null;
  }

  return {
    add(nowMs, bytes) {
      forget(nowMs);
      startedAtMs ??= nowMs;
      notes.push({ atMs: nowMs, bytes });
    },
    perSecond(nowMs) {
      forget(nowMs);
      const last = notes.at(-1);
      if (startedAtMs === null || last === undefined || nowMs - last.atMs > STALL_MS) return 0;
      const spanMs = Math.min(windowMs, nowMs - startedAtMs);
      if (spanMs < SHORTEST_SPAN_MS) return 0;
      return notes.reduce((sum, { bytes }) => sum + bytes, 0) * 1000 / spanMs;
    },
  };
}
