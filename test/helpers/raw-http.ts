import { connect, type Socket } from 'node:net';
import type { HttpAnswer } from './http-answer.ts';

/** One TCP connection to the server, written and read by hand. */
export interface RawConnection {
  readonly socket: Socket;
  /** Resolves when the bytes have left for the kernel or the connection is gone. */
  write(bytes: Buffer | string): Promise<void>;
  /** The first whole answer with status ≥ 200. Rejects when the connection ends without one. */
  readonly answer: Promise<HttpAnswer>;
  /** Resolves when the connection is closed, however that happened. */
  readonly closed: Promise<void>;
  /** Ends it with RST, as a crashed or unplugged client does. */
  reset(): void;
}

export async function openRaw(port: number, host = '127.0.0.1'): Promise<RawConnection> {
  const socket = connect({ port, host, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // An RST from the other side is an outcome here, not a crash; `closed` and `answer` tell about it.
  socket.on('error', () => undefined);
  const answer = new Promise<HttpAnswer>((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const parsed = parseAnswer(received, false);
      if (parsed !== undefined) resolve(parsed);
    });
    socket.once('close', () => {
      const parsed = parseAnswer(received, true);
      if (parsed === undefined) reject(new Error(`The connection ended without an answer; it brought ${JSON.stringify(received.toString('latin1').slice(0, 200))}`));
      else resolve(parsed);
    });
  });
  // Whoever does not ask for the answer shall not see an unhandled rejection.
  answer.catch(() => undefined);
  const write = async (bytes: Buffer | string): Promise<void> => {
    if (socket.destroyed) return closed;
    return new Promise((resolve) => {
      socket.once('close', resolve);
      socket.write(bytes, () => {
        socket.off('close', resolve);
        resolve();
      });
    });
  };
  return { socket, write, answer, closed, reset: () => socket.resetAndDestroy() };
}

/** Sends bytes over a connection of their own and reads the answer. */
export async function sendRaw(port: number, bytes: Buffer | string): Promise<HttpAnswer> {
  const connection = await openRaw(port);
  try {
    await connection.write(bytes);
    return await connection.answer;
  } finally {
    connection.socket.destroy();
  }
}

/** Head of a request, lines as they are given. */
export function requestHead(line: string, headers: Readonly<Record<string, string | number>>): string {
  return `${[line, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`;
}

function parseAnswer(bytes: Buffer, ended: boolean): HttpAnswer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  const rest = bytes.subarray(headEnd + 4);
  if (status < 200) return parseAnswer(rest, ended);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  if (status === 204 || status === 304) return { status, headers, text: '' };
  const length = headers['content-length'];
  if (length !== undefined) return rest.length >= Number(length) ? { status, headers, text: rest.subarray(0, Number(length)).toString() } : undefined;
  if (headers['transfer-encoding'] === 'chunked') {
    const text = readChunks(rest);
    return text === undefined ? undefined : { status, headers, text };
  }
  return ended ? { status, headers, text: rest.toString() } : undefined;
}

function readChunks(bytes: Buffer): string | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (size === 0) return Buffer.concat(chunks).toString();
    const end = lineEnd + 2 + size;
    if (bytes.length < end + 2) return undefined;
    chunks.push(bytes.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
