import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A wire in front of a server whose speed a test holds in its hand. */
export interface SlowProxy {
  readonly port: number;
  /** Bytes of large requests that may pass from now on, besides what was allowed before. */
  allow(bytes: number): void;
  /** Lets the answers to large requests through, which are held back until then. */
  release(): void;
  close(): Promise<void>;
}

/** Requests of less than this pass at once, and so do their answers. */
const SMALL_BYTES = 4096;

/** @param target port of the server; asked when a connection comes, so that the wire can be there first */
export async function startSlowProxy(target: () => number): Promise<SlowProxy> {
  let allowance = 0;
  let isReleased = false;
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  const wakeAll = (): void => [...waiting].forEach((wake) => wake());
  const waitWhile = async (isHeld: () => boolean): Promise<void> => {
    while (isHeld()) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    }
  };

  const carry = async (client: Socket, server: Socket, connection: { passed: number }): Promise<void> => {
    for await (const chunk of client as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; ) {
        const isFree = connection.passed < SMALL_BYTES;
        if (!isFree) await waitWhile(() => allowance === 0);
        const now = Math.min(chunk.length - at, isFree ? SMALL_BYTES - connection.passed : allowance);
        if (!isFree) allowance -= now;
        connection.passed += now;
        server.write(chunk.subarray(at, at + now));
        at += now;
      }
    }
    server.end();
  };
  const carryBack = async (server: Socket, client: Socket, connection: { passed: number }): Promise<void> => {
    for await (const chunk of server as AsyncIterable<Buffer>) {
      await waitWhile(() => connection.passed >= SMALL_BYTES && !isReleased);
      client.write(chunk);
      // The next request on the same connection counts for itself.
      connection.passed = 0;
    }
    client.end();
  };

  const proxy = createServer((client) => {
    const server = connect(target(), '127.0.0.1');
    const connection = { passed: 0 };
    const cut = (): void => [client, server].forEach((socket) => socket.destroy());
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.once('close', cut);
    }
    // Either side may be cut at any time; the other follows.
    carry(client, server, connection).catch(cut);
    carryBack(server, client, connection).catch(cut);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  return {
    port,
    allow: (bytes) => {
      allowance += bytes;
      wakeAll();
    },
    release: () => {
      isReleased = true;
      wakeAll();
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        proxy.close(() => resolve());
      }),
  };
}
