import type { UploadRecord, UploadState } from '../../server/contracts/upload.ts';

/** Twice what the server waits for a byte (`stallTimeoutMs`), so that its own word usually comes first. */
export const FORM_STALL_MS = 60_000;
/** What has arrived of a resumable upload stays, so that giving up early costs nothing. */
export const RESUMABLE_STALL_MS = 30_000;

const ADVANCING: ReadonlySet<UploadState> = new Set<UploadState>(['receiving', 'stored']);

export interface StallWatch {
  /** Takes in what the server says of a file of the watched request. */
  heard(record: Pick<UploadRecord, 'state'>): void;
  /** Something got on: bytes have left, a file was read. */
  alive(): void;
  /** Nothing is to be expected until the next sign of life. */
  rest(): void;
  /** Silence may mean a dead connection now: silent for longer than this is too long, until there have been two signs of life. */
  doubt(patienceMs: number): void;
  stop(): void;
}

/**
 * Notices a request that neither ends nor gets on: browsers have been seen to hang in the middle of an upload without a word
 * (WebKit 26 with file-backed bodies, filepond#1059). A sign of life is that the server has more of it, or that the browser
 * could hand on more, which it cannot for long when nobody takes it; so it works where nobody polls, too.
 */
export function watchForStall(stallMs: number, stalled: () => void): StallWatch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Null while it rests. */
  let aliveAtMs: number | null = null;
  /** How long it may be silent after the next sign of life: what is heard first may be from before the connection died. */
  let doubtMs: number | null = null;

  function expect(withinMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(stalled, withinMs);
  }

  function alive(): void {
    aliveAtMs = performance.now();
    expect(doubtMs ?? stallMs);
    doubtMs = null;
  }

  function rest(): void {
    aliveAtMs = null;
    doubtMs = null;
    clearTimeout(timer);
  }

  alive();
  return {
    alive, rest,
    heard({ state }) {
      // All bytes are there and the disk may take its time.
      if (state === 'finishing') rest();
      else if (ADVANCING.has(state)) alive();
    },
    doubt(patienceMs) {
      if (aliveAtMs === null) return;
      // A device that slept may have stopped its clock: then the silence begins to count now.
      if (performance.now() - aliveAtMs > patienceMs) {
        stalled();
        return;
      }
      doubtMs = patienceMs;
      expect(patienceMs);
    },
    stop: rest,
  };
}
