import http from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';

export interface SendTarget {
  /** Base URL of the embedded server. */
  readonly url: string;
  readonly ownerToken: string;
  /** A connection on which nothing moves for so long is lost; a little longer than the server's own patience, so that its word comes first. */
  readonly silenceMs?: number;
}

const SILENCE_MS = 40_000;

export interface ExchangeRequest {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'PATCH';
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  /** Pulled one by one, so that no more is read from disk than the server has taken. */
  readonly body?: AsyncIterable<Buffer> | Iterable<Buffer>;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Makes one request, waiting for the server to take each chunk before the next is read. Rejects when the body cannot be read to its
 * end (with that error, and the request is broken off, so that nothing of it can count as arrived), when `signal` says stop, and when
 * the connection is lost or silent.
 */
export function exchange(target: SendTarget, wanted: ExchangeRequest, signal: AbortSignal): Promise<ExchangeAnswer> {
  const request = http.request(new URL(wanted.path, target.url), {
    method: wanted.method,
    // A connection of its own: one kept from before may be closed by the server just as it is used again.
    agent: false,
    signal,
    timeout: target.silenceMs ?? SILENCE_MS,
    headers: { authorization: `Bearer ${target.ownerToken}`, ...wanted.headers },
  });

  return new Promise((resolve, reject) => {
    let answered = false;
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error('Nothing moved on the connection for too long.')));
    request.once('response', (response) => {
      // It may come before the body is through: a refusal. What is left need not be sent.
      answered = true;
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }), reject)
        .finally(() => {
          if (!request.writableFinished) request.destroy();
        });
    });
    writeBody(request, wanted.body).catch((error: unknown) => {
      if (answered) return;
      reject(error);
      request.destroy();
    });
  });
}

async function writeBody(request: http.ClientRequest, body: ExchangeRequest['body']): Promise<void> {
  if (body !== undefined) for await (const chunk of body) await writeChunk(request, chunk);
  request.end();
}

/** Resolves when the chunk has left for the server; Node never calls back for what a destroyed request still held. */
function writeChunk(request: http.ClientRequest, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error('The connection ended before the chunk was sent.'));
    request.once('close', onClose);
    request.write(chunk, (error) => {
      request.off('close', onClose);
      if (error) reject(error);
      else resolve();
    });
  });
}
