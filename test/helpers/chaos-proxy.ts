import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createRequestFollower, isUpload, type Exchange, type RequestFollower } from './follow-requests.ts';

/** What befalls the wire. `cut` ends a connection in good manners (FIN), `reset` without (RST). */
export type WireFault =
  | { readonly kind: 'cut' }
  | { readonly kind: 'reset' }
  /** The connection carries nothing more in either direction, not even its end, and does not say so. */
  | { readonly kind: 'stall' }
  /** For so many bytes the wire is slow, then as fast as before. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number; readonly forBytes: number }
  /** For so many bytes every write carries one byte at first, then a few, then some hundred. */
  | { readonly kind: 'slice'; readonly forBytes: number }
  /** Uploads stand still until `release`; all else goes on. */
  | { readonly kind: 'hold' };

/** A wire in front of a server that knows where a request's body begins, and fails at a chosen byte of what is uploaded. */
export interface ChaosProxy {
  readonly port: number;
  /** Where to; connections that come before wait until it is said. */
  target(port: number): void;
  /** The server is gone and will be somewhere else: connections wait again. */
  forgetTarget(): void;
  /** The fault comes, once, when exactly so many more bytes of upload bodies have gone to the server. Resolves then. */
  strike(afterBytes: number, fault: WireFault): Promise<void>;
  /** Ends a `hold`: uploads go on, or those that waited are reset, as by whoever went away meanwhile. */
  release(fate?: 'go-on' | 'reset'): void;
  /** Every connection is reset, and each new one once it has said what it wants. */
  takeDown(): void;
  bringUp(): void;
  /** Requests that brought bytes of files, in order, refused ones included. */
  uploads(): readonly Exchange[];
  /** Every request that was seen, refused ones included. */
  seen(): readonly Exchange[];
  /** Bytes of upload bodies that went to the server. */
  uploadedBytes(): number;
  stop(): Promise<void>;
}

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  readonly follower: RequestFollower;
  current: Exchange | null;
  /** `cut`: what still comes is thrown away. `stalled`: nothing is taken any more. */
  state: 'open' | 'cut' | 'stalled';
}

const NEVER = new Promise<never>(() => undefined);

const OPENING_BYTES = 256 << 10;
/** A home's wireless network. Were it faster than the server reads, megabytes would lie in buffers on the way, as they do in none. */
const USUAL_BYTES_PER_SECOND = 12e6;
const PIECE_BYTES = 16 << 10;
const TIMER_MS = 5;

export async function startChaosProxy(): Promise<ChaosProxy> {
  const sockets = new Set<Socket>();
  const exchanges: Exchange[] = [];
  let found: (port: number) => void = () => undefined;
  let target = new Promise<number>((resolve) => { found = resolve; });
  let next: { readonly atBytes: number; readonly fault: WireFault; readonly struck: () => void } | null = null;
  let pace: { readonly fault: WireFault & { kind: 'slow' | 'slice' }; readonly fromBytes: number } | null = null;
  let held: { readonly opened: Promise<'go-on' | 'reset'>; readonly open: (fate: 'go-on' | 'reset') => void } | null = null;
  let busyUntilMs = 0;
  let isDown = false;
  let uploaded = 0;

  function keep(socket: Socket): void {
    sockets.add(socket);
    // A broken wire is what this is for.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  }

  function befall(connection: Connection, fault: WireFault): void {
    const ends = [connection.client, connection.server];
    switch (fault.kind) {
      case 'cut':
        connection.state = 'cut';
        for (const socket of ends) socket.end();
        break;
      case 'reset':
        for (const socket of ends) socket.resetAndDestroy();
        break;
      case 'stall':
        connection.state = 'stalled';
        break;
      case 'slow':
      case 'slice':
        pace = { fault, fromBytes: uploaded };
        break;
      case 'hold': {
        let open: (fate: 'go-on' | 'reset') => void = () => undefined;
        const opened = new Promise<'go-on' | 'reset'>((resolve) => { open = resolve; });
        held = { opened, open };
        break;
      }
      default:
        fault satisfies never;
    }
  }

  /** Bytes that may go in one write now, and how fast. */
  function paced(wanted: number): { readonly bytes: number; readonly bytesPerSecond: number } {
    const since = pace === null ? Infinity : uploaded - pace.fromBytes;
    if (pace === null || since >= pace.fault.forBytes) return { bytes: Math.min(wanted, PIECE_BYTES), bytesPerSecond: USUAL_BYTES_PER_SECOND };
    if (pace.fault.kind === 'slow') return { bytes: Math.min(wanted, PIECE_BYTES), bytesPerSecond: pace.fault.bytesPerSecond };
    const slice = since < 4096 ? 1 : since < 64 << 10 ? 1 + (since % 13) : 1 + (since % 1459);
    return { bytes: Math.min(wanted, slice), bytesPerSecond: USUAL_BYTES_PER_SECOND };
  }

  /** Resolves when the wire, which all uploads share, has carried so many bytes. */
  async function occupy(bytes: number, bytesPerSecond: number): Promise<void> {
    const nowMs = performance.now();
    busyUntilMs = Math.max(nowMs, busyUntilMs) + (bytes / bytesPerSecond) * 1000;
    // Timers are coarse; a wire may be ahead of itself by one.
    if (busyUntilMs - nowMs > TIMER_MS) await new Promise((resolve) => setTimeout(resolve, busyUntilMs - nowMs));
  }

  async function carryUpload(connection: Connection, exchange: Exchange, bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length && connection.state === 'open'; ) {
      if (next !== null && uploaded >= next.atBytes) {
        const { fault, struck } = next;
        next = null;
        befall(connection, fault);
        struck();
        continue;
      }
      if (held !== null && (await held.opened) === 'reset') for (const socket of [connection.client, connection.server]) socket.resetAndDestroy();
      if (connection.client.destroyed && connection.server.destroyed) return;
      const { bytes: now, bytesPerSecond } = paced(Math.min(bytes.length - at, next === null ? Infinity : next.atBytes - uploaded));
      // Another connection came to the byte in question first.
      if (now === 0) continue;
      const piece = bytes.subarray(at, at + now);
      uploaded += now;
      exchange.passedBytes += now;
      if (exchange.opening.length < OPENING_BYTES && exchange.method === 'POST') exchange.opening += piece.toString('latin1');
      at += now;
      await write(connection.server, piece);
      await occupy(now, bytesPerSecond);
    }
  }

  async function carry(connection: Connection): Promise<void> {
    for await (const chunk of connection.client as AsyncIterable<Buffer>) {
      for (const { exchange, bytes } of connection.follower.follow(chunk)) {
        if (isDown && connection.current !== null) {
          connection.client.resetAndDestroy();
          return;
        }
        if (exchange === null) await write(connection.server, bytes);
        else if (isUpload(exchange)) await carryUpload(connection, exchange, bytes);
        else await write(connection.server, bytes);
      }
      if (connection.state === 'stalled') await NEVER;
    }
    if (connection.state === 'open') connection.server.end();
  }

  async function carryBack(connection: Connection): Promise<void> {
    for await (const chunk of connection.server as AsyncIterable<Buffer>) {
      if (connection.state === 'stalled') await NEVER;
      if (connection.state === 'cut') return;
      const { current } = connection;
      if (current !== null) {
        current.status ??= Number(/^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1', 0, 12))?.[1] ?? Number.NaN);
        current.answerBytes += chunk.length;
      }
      await write(connection.client, chunk);
    }
    if (connection.state === 'open') connection.client.end();
  }

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    keep(client);
    void target.then((port) => {
      const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      keep(server);
      const connection: Connection = {
        client, server, state: 'open', current: null,
        follower: createRequestFollower((exchange) => {
          exchanges.push(exchange);
          connection.current = exchange;
        }),
      };
      // What was already on the wire still gets there; on a stalled one nobody hears of the other's end.
      client.once('close', () => { if (connection.state !== 'stalled') server.destroySoon(); });
      server.once('close', () => { if (connection.state === 'open') client.destroySoon(); });
      const broken = (): void => { if (connection.state === 'open') for (const socket of [client, server]) socket.destroy(); };
      carry(connection).catch(broken);
      carryBack(connection).catch(broken);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo; // A listening TCP server has this kind of address.

  const release = (fate: 'go-on' | 'reset' = 'go-on'): void => {
    held?.open(fate);
    held = null;
  };
  return {
    port,
    target(to) {
      found(to);
      target = Promise.resolve(to);
    },
    forgetTarget() {
      target = new Promise((resolve) => { found = resolve; });
    },
    strike: (afterBytes, fault) => new Promise((struck) => { next = { atBytes: uploaded + afterBytes, fault, struck }; }),
    release,
    takeDown() {
      isDown = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    bringUp() { isDown = false; },
    uploads: () => exchanges.filter(isUpload),
    seen: () => exchanges,
    uploadedBytes: () => uploaded,
    stop() {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      release();
      for (const socket of sockets) socket.resetAndDestroy();
      found(0);
      return closed;
    },
  };
}

/** Resolves when the socket takes more; at once when it is gone, which its other side finds out by itself. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed || socket.writableEnded || socket.write(bytes)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
