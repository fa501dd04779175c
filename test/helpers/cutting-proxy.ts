import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A wire in front of a server that breaks when so many bytes have gone over one connection. */
export interface CuttingProxy {
  readonly port: number;
  /**
   * @param cuts after how many bytes the first connection that carries so many breaks, then the second, and so on; later ones hold
   * @param onCut called with the number of cuts so far
   */
  cutAfter(cuts: readonly number[], onCut?: (cut: number) => void): void;
  /** Bytes that were carried to the server, over all connections. */
  carriedBytes(): number;
  close(): Promise<void>;
}

/** @param target port of the server; asked when a connection comes, so that the wire can be there first */
export async function startCuttingProxy(target: () => number): Promise<CuttingProxy> {
  let cuts: readonly number[] = [];
  let onCut: ((cut: number) => void) | undefined;
  const sockets = new Set<Socket>();
  let carried = 0;
  let cut = 0;
  const proxy = createServer((client) => {
    const server = connect(target(), '127.0.0.1');
    let passed = 0;
    let isCut = false;
    const end = (): void => {
      client.destroy();
      // After a cut, what was already on the wire still gets there.
      if (isCut) server.end();
      else server.destroy();
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.once('close', end);
      // A broken wire is what this is for.
      socket.on('error', end);
    }
    client.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      carried += chunk.length;
      if (!server.write(chunk)) {
        client.pause();
        server.once('drain', () => client.resume());
      }
      if (passed < (cuts[cut] ?? Infinity)) return;
      cut += 1;
      onCut?.(cut);
      isCut = true;
      end();
    });
    server.pipe(client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  return {
    port,
    cutAfter(wanted, listener) {
      cuts = wanted;
      onCut = listener;
    },
    carriedBytes: () => carried,
    close: () => new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      proxy.close(() => resolve());
    }),
  };
}
