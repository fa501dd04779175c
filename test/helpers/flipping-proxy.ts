import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A wire in front of a server that damages what it carries, and says nothing. */
export interface FlippingProxy {
  readonly port: number;
  /** On so many of the next connections that carry that much, the byte at `at` arrives as another one. */
  flip(times: number, at: number): void;
  /** Bytes that were changed so far. */
  flipped(): number;
  close(): Promise<void>;
}

/** @param target port of the server; asked when a connection comes, so that the wire can be there first */
export async function startFlippingProxy(target: () => number): Promise<FlippingProxy> {
  let left = 0;
  let at = 0;
  let flipped = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(target(), '127.0.0.1');
    let passed = 0;
    for (const [socket, other] of [[client, server], [server, client]] as const) {
      sockets.add(socket);
      socket.once('close', () => other.destroy());
      // Whoever broke it off is no business of the wire's.
      socket.on('error', () => other.destroy());
    }
    client.on('data', (chunk: Buffer) => {
      const index = at - passed;
      const now = chunk[index];
      if (left > 0 && now !== undefined) {
        chunk[index] = now ^ 1;
        left -= 1;
        flipped += 1;
      }
      passed += chunk.length;
      if (server.write(chunk)) return;
      client.pause();
      server.once('drain', () => client.resume());
    });
    server.pipe(client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  return {
    port,
    flip(times, byte) {
      left = times;
      at = byte;
    },
    flipped: () => flipped,
    close: () => new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      proxy.close(() => resolve());
    }),
  };
}
