import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One client's connection through a wire. */
export interface WireConnection {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes that have come from the client, those in hand included. */
  readonly passed: number;
  /** Hands bytes on to the server, no faster than it takes them. */
  forward(bytes: Buffer): void;
  /** Breaks it; what is already on the wire still gets there. */
  cut(): void;
}

/** A wire in front of a server. */
export interface TappedWire {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * @param target port of the server; asked when a connection comes, so that the wire can be there first
 * @param tap what becomes of the bytes that a client sends; what the server answers goes through as it is
 */
export async function startTappedWire(target: () => number, tap: (connection: WireConnection, bytes: Buffer) => void): Promise<TappedWire> {
  const sockets = new Set<Socket>();
  const wire = createServer((client) => {
    const server = connect(target(), '127.0.0.1');
    let passed = 0;
    let isCut = false;
    const end = (): void => {
      client.destroy();
      if (isCut) server.end();
      else server.destroy();
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.once('close', end);
      // Whoever broke it off is no business of the wire's.
      socket.on('error', end);
    }
    const connection: WireConnection = {
      client,
      server,
      get passed() { return passed; },
      forward(bytes) {
        if (server.write(bytes)) return;
        client.pause();
        server.once('drain', () => client.resume());
      },
      cut() {
        isCut = true;
        end();
      },
    };
    client.on('data', (bytes: Buffer) => {
      passed += bytes.length;
      tap(connection, bytes);
    });
    server.pipe(client);
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  const { port } = wire.address() as AddressInfo; // A listening TCP server has this kind of address.
  return {
    port,
    close: () => new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      wire.close(() => resolve());
    }),
  };
}
