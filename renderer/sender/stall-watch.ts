import type { UploadRecord, UploadState } from '../../server/contracts/upload.ts';

/** Twice what the server waits for a byte (`stallTimeoutMs`), so that its own word usually comes first. */
export const FORM_STALL_MS = 60_000;
/** What has arrived of a resumable upload stays, so that giving up early costs nothing. */
export const RESUMABLE_STALL_MS = 30_000;

const ADVANCING: ReadonlySet<UploadState> = new Set<UploadState>(['receiving', 'finishing', 'stored']);

export interface StallWatch {
  /** Takes in what the server says of a file of the watched request. */
  heard(record: Pick<UploadRecord, 'state'>): void;
  /** Since the server last had more of it; 0 while it finishes. */
  quietMs(): number;
  stop(): void;
}

/**
 * Notices a request that neither ends nor brings the server any bytes: browsers have been seen to hang in the middle of an
 * upload without a word (WebKit 26 with file-backed bodies, filepond#1059). Only the server's counts tell.
 */
export function watchForStall(stallMs: number, stalled: () => void): StallWatch {
  let timer = setTimeout(stalled, stallMs);
  let heardAtMs: number | null = performance.now();
  return {
    heard({ state }) {
      if (!ADVANCING.has(state)) return;
      clearTimeout(timer);
      // All bytes are there and the disk may take its time.
      heardAtMs = state === 'finishing' ? null : performance.now();
      if (state !== 'finishing') timer = setTimeout(stalled, stallMs);
    },
    quietMs: () => (heardAtMs === null ? 0 : performance.now() - heardAtMs),
    stop() { clearTimeout(timer); },
  };
}
