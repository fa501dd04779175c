/** Each write is a trip to one of Node's threads and back, and a browser brings a few kilobytes at a time. */
const GATHERED_BYTES = 1 << 18;
/** Fewer bytes wait no longer than this for others to come. */
const GATHERING_MS = 10;
/** Bytes that may wait for the disk before the sender is slowed down. */
const MOST_WAITING_BYTES = 1 << 20;

/** Pieces of one file on their way to the disk, written some at a time and in their order. */
export interface Gathering {
  /** Answers false when so much is waiting that no more should come for now. */
  add(piece: Uint8Array): boolean;
  /** Nothing more comes. @param written called once all of it is */
  end(written: () => void): void;
  /** Forgets what waits. */
  drop(): void;
}

interface GatheringOptions {
  readonly write: (pieces: readonly Uint8Array[]) => Promise<void>;
  /** There is room again. */
  readonly onRoom: () => void;
  /** A write failed; none follows. */
  readonly onFailed: (error: unknown) => void;
}

export function createGathering({ write, onRoom, onFailed }: GatheringOptions): Gathering {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isWriting = false;
  /** What waits has waited long enough, but for the write that is under way. */
  let isDue = false;
  let ended: (() => void) | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    isDue = isWriting;
    if (isWriting) return;
    if (waiting.length === 0) {
      ended?.();
      return;
    }
    const pieces = waiting;
    waiting = [];
    bytes = 0;
    isWriting = true;
    write(pieces).then(wrote, onFailed);
  }

  function wrote(): void {
    isWriting = false;
    if (isDue || ended !== undefined) flush();
    onRoom();
  }

  return {
    add(piece) {
      waiting.push(piece);
      bytes += piece.byteLength;
      if (bytes >= GATHERED_BYTES) flush();
      else timer ??= setTimeout(flush, GATHERING_MS);
      return bytes < MOST_WAITING_BYTES;
    },
    end(written) {
      ended = written;
      flush();
    },
    drop() {
      waiting = [];
      bytes = 0;
      ended = undefined;
      clearTimeout(timer);
    },
  };
}
