import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A wire in front of a server that goes silent, in both directions, and ends nothing. */
export interface SilentProxy {
  readonly port: number;
  /** Connections that went silent. */
  silenced(): number;
  close(): Promise<void>;
}

/**
 * @param target port of the server; asked when a connection comes, so that the wire can be there first
 * @param after bytes that the first connection carries before it is silent; those that carry less, and all later ones, work
 */
export async function startSilentProxy(target: () => number, after: number): Promise<SilentProxy> {
  let silenced = 0;
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
      passed += chunk.length;
      if (silenced === 0 && passed > after) {
        silenced += 1;
        client.pause();
        server.unpipe(client);
        return;
      }
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
    silenced: () => silenced,
    close: () => new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      proxy.close(() => resolve());
    }),
  };
}
