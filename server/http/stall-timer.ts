import type { IncomingMessage } from 'node:http';

/** Fewer bytes than this in a whole interval are no progress: a trickle must not hold an upload open for ever. */
const LEAST_BYTES = 1024;

/**
 * Calls back when a request's body brings no progress for an interval. Node's own `requestTimeout` would also cut uploads that are
 * merely long (nodejs/node#47421).
 * @returns how to stop watching
 */
export function watchForStall(request: IncomingMessage, timeoutMs: number, onStall: () => void): () => void {
  const { socket } = request;
  let seenBytes = socket.bytesRead;
  let sinceMs = performance.now();

  const timer = setInterval(() => {
    // Paused means that we are the slow one: the disk holds the sender back.
    if (socket.bytesRead - seenBytes >= LEAST_BYTES || request.isPaused() || request.complete) {
      seenBytes = socket.bytesRead;
      sinceMs = performance.now();
    } else if (performance.now() - sinceMs >= timeoutMs) {
      stop();
      onStall();
    }
  }, timeoutMs / 10).unref();
  const stop = (): void => clearInterval(timer);
  return stop;
}
