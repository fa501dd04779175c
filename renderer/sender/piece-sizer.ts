/** Below this the round trips of a slow line would be felt. */
const LEAST_BYTES = 8 << 20;
/** Longer pieces gain nothing: measured in Chromium from 32 MiB on. */
const MOST_BYTES = 64 << 20;
const SOON_MS = 500;
const LONG_MS = 2000;

/**
 * How long the next piece of a large file should be. The server keeps what it has of a piece that was cut, but a browser may
 * repeat a whole request by itself when the line breaks, so that a piece is no more than a second's worth or two.
 */
export interface PieceSizer {
  bytes(): number;
  /** How long the last piece took until it was answered. */
  took(ms: number): void;
}

export function createPieceSizer(): PieceSizer {
  let bytes = LEAST_BYTES;
  return {
    bytes: () => bytes,
    took(ms) {
      if (ms < SOON_MS) bytes = Math.min(MOST_BYTES, bytes * 2);
      else if (ms > LONG_MS) bytes = Math.max(LEAST_BYTES, bytes / 2);
    },
  };
}
