import { request as openRequest, type ClientRequest } from 'node:http';
import type { HttpAnswer } from '../helpers/http-answer.ts';
import { CODE } from './server-process.ts';

const SLICE_BYTES = 1 << 16;
const ANSWER_WITHIN_MS = 60_000;

/** The connection ended without an answer. */
export class Lost extends Error {}

type Headers = Readonly<Record<string, string>>;

/** How senders reach the server. */
export interface Wire {
  /** Over a connection of its own. @throws Lost */
  request(method: string, path: string, headers?: Headers, body?: Buffer): Promise<HttpAnswer>;
  /** Resets every connection. */
  cut(): void;
}

/**
 * @param url of the server that is asked, told for every request
 * @param onSent bytes of bodies that have left
 */
export function createWire(url: () => string, onSent: (bytes: number) => void): Wire {
  const open = new Set<ClientRequest>();

  const request = (method: string, path: string, headers: Headers = {}, body: Buffer = Buffer.alloc(0)): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      const outgoing = openRequest(url() + path, { method, agent: false, headers: { authorization: `Bearer ${CODE}`, 'content-length': body.length, ...headers } });
      open.add(outgoing);
      const lose = (why: string): void => reject(new Lost(`${method} ${path}: ${why}`));
      outgoing.setTimeout(ANSWER_WITHIN_MS, () => {
        lose('no answer');
        outgoing.destroy();
      });
      outgoing.once('close', () => open.delete(outgoing));
      outgoing.on('error', (error) => lose(error.message));
      outgoing.once('response', (incoming) => {
        const pieces: Buffer[] = [];
        incoming.on('data', (piece: Buffer) => pieces.push(piece));
        incoming.once('error', (error) => lose(error.message));
        incoming.once('close', () => {
          if (incoming.complete) resolve({ status: incoming.statusCode ?? 0, headers: flatten(incoming.headers), text: Buffer.concat(pieces).toString() });
          else lose('a torn answer');
        });
      });
      void writeSlices(outgoing, body, onSent);
    });

  return { request, cut: () => open.forEach((each) => each.socket?.resetAndDestroy() ?? each.destroy()) };
}

async function writeSlices(outgoing: ClientRequest, body: Buffer, onSent: (bytes: number) => void): Promise<void> {
  for (let at = 0; at < body.length && !outgoing.destroyed; at += SLICE_BYTES) {
    const slice = body.subarray(at, at + SLICE_BYTES);
    // What cannot be written any more is of no interest: the answer, or its absence, tells.
    await new Promise<void>((resolve) => {
      outgoing.once('close', resolve);
      outgoing.write(slice, () => {
        outgoing.off('close', resolve);
        resolve();
      });
    });
    onSent(slice.length);
  }
  outgoing.end();
}

function flatten(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : (value ?? []).join(', ')]));
}
