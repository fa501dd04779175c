import { Writable, type Readable } from 'node:stream';
import { Failure } from '../failure.ts';
import { diskFailure } from './folder/disk-failure.ts';
import { freePieces } from './free-pieces.ts';

/** Bytes that may wait for the disk before the sender is slowed down. */
const BUFFER_BYTES = 1 << 20;

/** Where the bytes go. */
interface ByteSink {
  append(buffers: readonly Uint8Array[]): Promise<void>;
}

interface ReceiveOptions {
  /** Is fed with every byte that is written. */
  readonly hash: { update(bytes: Uint8Array): unknown };
  /** Most bytes the file may have. */
  readonly maxBytes: number;
  /** Aborting ends it with the signal's reason, a Failure. */
  readonly signal: AbortSignal;
  /** Called after each write with the bytes that are now on disk. */
  readonly onWritten: (received: number) => void;
  /** Nobody else looks at the stream's pieces: their memory may be freed as soon as they are on disk. */
  readonly ownsPieces?: boolean;
}

/**
 * Moves a stream onto the disk, counting and hashing; answers how many bytes it was. When it ends early, for whatever reason, the rest of the stream is read and
 * dropped, so that whoever feeds the stream is not blocked.
 * @throws Failure FILE_TOO_LARGE, UPLOAD_ABORTED, those of the disk, or the reason of the signal
 */
export async function receiveBytes(stream: Readable, file: ByteSink, options: ReceiveOptions): Promise<number> {
  const { hash, maxBytes, signal, onWritten, ownsPieces } = options;
  let received = 0;

  const write = async (buffers: readonly Uint8Array[]): Promise<void> => {
    const bytes = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
    if (received + bytes > maxBytes) throw new Failure('FILE_TOO_LARGE', { limit: maxBytes });
    const writing = file.append(buffers);
    // While the disk works: hashing takes about a third of this process's time.
    for (const buffer of buffers) hash.update(buffer);
    await writing;
    if (ownsPieces === true) freePieces(buffers);
    received += bytes;
    // Given up while this write was under way: its count would bring the upload back to life.
    if (!sink.destroyed) onWritten(received);
  };

  const sink = new Writable({
    highWaterMark: BUFFER_BYTES,
    write(chunk: Uint8Array, _encoding, done) {
      write([chunk]).then(() => done(), done);
    },
    writev(chunks: readonly { readonly chunk: Uint8Array }[], done) {
      write(chunks.map(({ chunk }) => chunk)).then(() => done(), done);
    },
  });

  try {
    await pump(stream, sink, signal);
  } catch (error) {
    stream.unpipe(sink);
    sink.destroy();
    stream.resume();
    throw diskFailure(error);
  }
  return received;
}

/** Like stream.pipeline, but leaves the source alive: a form goes on after one of its files has failed. */
function pump(stream: Readable, sink: Writable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(toError(signal.reason));
      return;
    }
    if (stream.destroyed && !stream.readableEnded) {
      // Its connection went while nobody listened yet: it will not say so again.
      reject(new Failure('UPLOAD_ABORTED'));
      return;
    }
    const cleanUp = (): void => {
      signal.removeEventListener('abort', onAbort);
      stream.off('close', onClose);
    };
    const fail = (error: unknown): void => {
      cleanUp();
      reject(toError(error));
    };
    const onAbort = (): void => fail(signal.reason);
    const onClose = (): void => {
      if (!stream.readableEnded) fail(new Failure('UPLOAD_ABORTED'));
    };
    signal.addEventListener('abort', onAbort);
    stream.once('close', onClose);
    // Stays for good: a late error of a stream that we gave up on must find a listener.
    stream.on('error', () => fail(new Failure('UPLOAD_ABORTED')));
    sink.on('error', fail);
    sink.once('finish', () => {
      cleanUp();
      resolve();
    });
    stream.pipe(sink);
  });
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Failure('UPLOAD_ABORTED', { cause: reason });
}
