import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isLoopback } from '../../lan-address.ts';

/** How much of a server connections may take that bring nothing. */
export interface ConnectionLimits {
  /** Connections of one address at once; null: any number. A listener that only this computer reaches has none. */
  readonly perAddress: number | null;
  /** The head of a request has to come within this time. */
  readonly headersTimeoutMs: number;
  /** An answer of which nobody reads a byte for this long is given up. */
  readonly answerTimeoutMs: number;
}

export const USUAL_LIMITS: ConnectionLimits = { perAddress: 32, headersTimeoutMs: 15_000, answerTimeoutMs: 30_000 };

/** Of one listener; Node closes what comes beyond them at once. */
const MOST_CONNECTIONS = 1000;
/** Then the connection ends with its answer; a client that polls four times a second makes a new one every four minutes. */
const MOST_REQUESTS_PER_CONNECTION = 1000;

/**
 * Keeps connections that bring nothing from taking what others need.
 * @param answering connections with the latest answer that each is to be given
 * @returns how to stop
 */
export function limitConnections(server: Server, host: string, limits: ConnectionLimits, answering: ReadonlyMap<Socket, ServerResponse>): () => void {
  server.maxConnections = MOST_CONNECTIONS;
  server.maxRequestsPerSocket = MOST_REQUESTS_PER_CONNECTION;
  if (limits.perAddress !== null && !isLoopback(host)) limitPerAddress(server, limits.perAddress);
  const timer = setInterval(() => {
    for (const [socket, response] of answering) {
      if (!response.headersSent || response.writableFinished || socket.timeout === limits.answerTimeoutMs) continue;
      // Put off whenever a byte of what waits has left (net.Socket#setTimeout); then Node ends the connection.
      socket.setTimeout(limits.answerTimeoutMs);
    }
  }, limits.answerTimeoutMs / 4).unref();
  return () => clearInterval(timer);
}

function limitPerAddress(server: Server, most: number): void {
  const open = new Map<string, number>();
  server.prependListener('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    if (count > most) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}
