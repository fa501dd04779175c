import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of a server, which can be slow and can break. */
export interface SlowProxy {
  readonly port: number;
  /** Where to send what comes; told later, because the server wants to know this port first. */
  target(port: number): void;
  /** Bytes per second for each connection towards the server; Infinity does not slow down. */
  speed(bytesPerSecond: number): void;
  /** A connection that has brought so many bytes brings no more, and does not say so. Infinity: they all go on. */
  hangAfter(bytes: number): void;
  /** Cuts every connection when so many more bytes have come for the server; once, or like `breakDown`. */
  cutAfter(bytes: number, how: 'once' | 'for-good'): void;
  /** Bytes that came for the server, over all connections. */
  carriedBytes(): number;
  /** Cuts every connection, and until `mend` each new one too. */
  breakDown(): void;
  mend(): void;
  stop(): Promise<void>;
}

/** Shorter pauses are saved up: timers are no more exact than that. */
const LEAST_PAUSE_MS = 10;

export async function startSlowProxy(): Promise<SlowProxy> {
  let targetPort = 0;
  let bytesPerSecond = Number.POSITIVE_INFINITY;
  let hangAfterBytes = Number.POSITIVE_INFINITY;
  let broken = false;
  let carriedBytes = 0;
  let cutAtBytes = Number.POSITIVE_INFINITY;
  let cutForGood = false;
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();

  function forget(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    sockets.add(socket);
  }

  const server = createServer((client) => {
    forget(client);
    if (broken) {
      client.resetAndDestroy();
      return;
    }
    clients.add(client);
    client.on('close', () => clients.delete(client));
    const upstream = connect(targetPort, '127.0.0.1');
    forget(upstream);
    upstream.pipe(client);
    let brought = 0;
    let freeAtMs = 0;
    client.on('data', (chunk) => {
      const rest = cutAtBytes - carriedBytes;
      carriedBytes += Math.min(chunk.byteLength, rest);
      const isTaken = upstream.write(chunk.subarray(0, rest));
      if (rest <= chunk.byteLength) {
        cutAtBytes = Number.POSITIVE_INFINITY;
        broken = cutForGood;
        for (const each of clients) each.resetAndDestroy();
        return;
      }
      brought += chunk.byteLength;
      if (brought > hangAfterBytes) {
        client.pause();
        return;
      }
      if (!isTaken) {
        // Or the proxy would swallow what the server does not want to read.
        client.pause();
        upstream.once('drain', () => client.resume());
        return;
      }
      if (bytesPerSecond === Number.POSITIVE_INFINITY) return;
      const nowMs = performance.now();
      freeAtMs = Math.max(nowMs, freeAtMs) + (chunk.byteLength / bytesPerSecond) * 1000;
      if (freeAtMs - nowMs < LEAST_PAUSE_MS) return;
      client.pause();
      setTimeout(() => client.resume(), freeAtMs - nowMs).unref();
    });
    // What it brought before still gets there.
    client.on('close', () => upstream.destroySoon());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A listening TCP server has this kind of address.

  const cutAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port,
    target(to) { targetPort = to; },
    speed(value) { bytesPerSecond = value; },
    cutAfter(bytes, how) {
      cutAtBytes = carriedBytes + bytes;
      cutForGood = how === 'for-good';
    },
    carriedBytes: () => carriedBytes,
    hangAfter(bytes) { hangAfterBytes = bytes; },
    breakDown() {
      broken = true;
      cutAll();
    },
    mend() { broken = false; },
    stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cutAll();
      return closed;
    },
  };
}
