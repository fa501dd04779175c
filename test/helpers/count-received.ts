import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface ReceivedBytes {
  /** Bytes that were read from the connections on which requests came since; resolves when all of those are closed. */
  total(): Promise<number>;
}

/** Counts what servers of this process read, head and body; what is on the way to them does not count. */
export function countReceived(): ReceivedBytes {
  const connections = new Map<Socket, { readonly before: number; readonly closed: Promise<void> }>();
  const note = (message: unknown): void => {
    const request: unknown = typeof message === 'object' && message !== null && 'request' in message ? message.request : undefined;
    if (!(request instanceof IncomingMessage) || connections.has(request.socket)) return;
    const { socket } = request;
    connections.set(socket, { before: socket.bytesRead, closed: new Promise((resolve) => socket.once('close', () => resolve())) });
  };
  subscribe('http.server.request.start', note);
  return {
    async total() {
      unsubscribe('http.server.request.start', note);
      await Promise.all([...connections.values()].map(({ closed }) => closed));
      return [...connections].reduce((sum, [socket, { before }]) => sum + socket.bytesRead - before, 0);
    },
  };
}
