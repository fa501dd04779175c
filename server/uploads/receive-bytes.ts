import type { Readable } from 'node:stream';
import { Failure } from '../failure.ts';
import { diskFailure } from './folder/disk-failure.ts';
import { freePieces } from './free-pieces.ts';
import { createGathering } from './gathering.ts';

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
 * Moves a stream onto the disk, counting and hashing; answers how many bytes it was. What came before the stream broke off is still written. When it ends
 * early, for whatever reason, the rest of the stream is read and dropped, so that whoever feeds it is not blocked.
 * @throws Failure FILE_TOO_LARGE, UPLOAD_ABORTED, those of the disk, or the reason of the signal
 */
export function receiveBytes(stream: Readable, file: ByteSink, { hash, maxBytes, signal, onWritten, ownsPieces }: ReceiveOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    let came = 0;
    let received = 0;
    let isOver = false;

    async function write(pieces: readonly Uint8Array[]): Promise<void> {
      const bytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
      const writing = file.append(pieces);
      // While the disk works: hashing takes about a third of this process's time.
      for (const piece of pieces) hash.update(piece);
      await writing;
      if (ownsPieces === true) freePieces(pieces);
      received += bytes;
      // Given up while this write was under way: its count would bring the upload back to life.
      if (!isOver) onWritten(received);
    }

    /** Whatever comes now goes into nothing, and its end is not that of the file. */
    function turnAway(): void {
      stream.off('data', onData);
      stream.off('end', onEnd);
      stream.off('close', onClose);
    }

    function finish(): void {
      isOver = true;
      gathering.drop();
      signal.removeEventListener('abort', onAbort);
      turnAway();
      stream.resume();
    }

    function fail(error: unknown): void {
      if (isOver) return;
      finish();
      reject(diskFailure(error));
    }

    function onData(piece: Uint8Array): void {
      came += piece.byteLength;
      if (came > maxBytes) fail(new Failure('FILE_TOO_LARGE', { limit: maxBytes }));
      else if (!gathering.add(piece)) stream.pause();
    }

    function onEnd(): void {
      gathering.end(() => {
        finish();
        resolve(received);
      });
    }

    /** What came is written first: whoever sends it may go on from there. */
    function breakOff(failure: Failure): void {
      turnAway();
      gathering.end(() => { fail(failure); });
    }

    function onClose(): void {
      if (!stream.readableEnded) breakOff(new Failure('UPLOAD_ABORTED'));
    }

    function onAbort(): void {
      const reason: unknown = signal.reason;
      const failure = reason instanceof Failure ? reason : new Failure('UPLOAD_ABORTED', { cause: reason });
      if (failure.code === 'CANCELLED') fail(failure);
      else breakOff(failure);
    }

    const gathering = createGathering({
      write,
      onFailed: fail,
      onRoom() {
        if (stream.isPaused()) stream.resume();
      },
    });
    // Stays for good: a late error of a stream that we gave up on must find a listener.
    stream.on('error', () => { if (!isOver) breakOff(new Failure('UPLOAD_ABORTED')); });
    if (signal.aborted) onAbort();
    // Its connection went while nobody listened yet: it will not say so again.
    else if (stream.destroyed && !stream.readableEnded) fail(new Failure('UPLOAD_ABORTED'));
    else {
      signal.addEventListener('abort', onAbort);
      stream.on('data', onData);
      stream.once('end', onEnd);
      stream.once('close', onClose);
      stream.resume();
    }
  });
}
