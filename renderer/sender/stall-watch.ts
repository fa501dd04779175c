import type { UploadRecord } from '../../server/contracts/upload.ts';

/** Twice what the server waits for a byte (`stallTimeoutMs`), so that its own word usually comes first. */
const STALL_MS = 60_000;

export interface StallWatch {
  /** Takes in what the server says of a file of the watched request. */
  heard(record: UploadRecord): void;
  stop(): void;
}

/**
 * Notices a request that neither ends nor brings the server any bytes: browsers have been seen to hang in the middle of an
 * upload without a word (WebKit 26 with file-backed bodies, filepond#1059). Only the server's counts tell.
 */
export function watchForStall(stalled: () => void): StallWatch {
  let timer = setTimeout(stalled, STALL_MS);
  return {
    heard({ state }) {
      clearTimeout(timer);
      // All bytes are there and the disk may take its time.
      if (state !== 'finishing') timer = setTimeout(stalled, STALL_MS);
    },
    stop() { clearTimeout(timer); },
  };
}
