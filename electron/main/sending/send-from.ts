import type { SendTarget } from './exchange.ts';
import type { FileHash } from './file-hash.ts';
import type { FileToSend } from './file-to-send.ts';
import { readPiece, readSource } from './read-source.ts';
import { appendBytes } from './tus-requests.ts';
import type { TusReply } from './tus-requests.ts';

/** They go in a request of their own: small enough to wait in memory while the server takes the rest. */
const LAST_BYTES = 1 << 20;

/**
 * Sends a file from byte `from` to its end, and hashes it meanwhile; what the server has already is read and hashed first, as far as
 * that was not done before. All but the last bytes go in one request, and those in another, with the digest, which nobody can know
 * before they are read. Rejects as `exchange` does.
 * @throws SourceFailure
 */
export async function sendFrom(target: SendTarget, file: FileToSend, hash: FileHash, from: number, signal: AbortSignal): Promise<TusReply> {
  const hashed = hash.hashedBytes();
  for await (const _chunk of hashOn(readSource(file, hashed, from), hash, hashed)) signal.throwIfAborted();
  const last = Math.max(from, file.size - LAST_BYTES);
  if (last > from) {
    const reply = await sendMost(target, file, hash, { start: from, end: last }, signal);
    if (reply.kind !== 'standing' || reply.offset !== last) return reply;
  }
  const bytes = await readPiece(file, last);
  hash.feed(bytes, last);
  return appendBytes(target, file.id, { offset: last, length: bytes.length, body: [bytes], digest: hash.digest() }, signal);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

async function sendMost(target: SendTarget, file: FileToSend, hash: FileHash, { start, end }: Range, signal: AbortSignal): Promise<TusReply> {
  const source = hashOn(readSource(file, start, end), hash, start);
  try {
    // Before the request begins: a file that has changed must not take the upload over from what still writes to it.
    const first = await source.next();
    return await appendBytes(target, file.id, { offset: start, length: end - start, body: readOn(first, source) }, signal);
  } finally {
    await source.return(undefined);
  }
}

async function* readOn(first: IteratorResult<Buffer, unknown>, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.done !== true) yield first.value;
  yield* rest;
}

async function* hashOn(chunks: AsyncIterable<Buffer>, hash: FileHash, start: number): AsyncGenerator<Buffer> {
  let at = start;
  for await (const chunk of chunks) {
    hash.feed(chunk, at);
    at += chunk.length;
    yield chunk;
  }
}
