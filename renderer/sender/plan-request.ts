import type { PickedFile } from './picked-file.ts';

/**
 * Below this, the round trip of a request costs more than the bytes on a usual Wi-Fi (8 MiB take about 1 s at 70 Mbit/s), so
 * such files share one; above, a file goes alone, and losing the connection costs only that file.
 */
export const SMALL_FILE_BYTES = 8 << 20;
/**
 * A shared request is lost as a whole with its connection; this bounds what must be sent again. It is also read into memory:
 * three that travel and one that is prepared take 64 MiB, which a phone has.
 */
const SHARED_REQUEST_BYTES = 16 << 20;
const SHARED_REQUEST_FILES = 200;

export interface QueuedFile extends PickedFile {
  readonly batch: string;
}

export interface PlannedRequest {
  readonly batch: string;
  readonly large: boolean;
  readonly files: readonly QueuedFile[];
}

export interface RequestLimits {
  readonly maxFiles: number;
  readonly maxBytes: number;
}

/**
 * The next request of what waits, small files first so that they never stand behind a large one.
 * @param queue files in the order in which they were picked
 * @param largeAllowed false while enough large files are on their way
 * @returns null when nothing may start now
 */
export function planRequest(queue: readonly QueuedFile[], limits: RequestLimits, largeAllowed: boolean): PlannedRequest | null {
  const first = queue.find(({ file }) => file.size < SMALL_FILE_BYTES);
  if (first === undefined) {
    const large = largeAllowed ? queue[0] : undefined;
    return large === undefined ? null : { batch: large.batch, large: true, files: [large] };
  }
  const maxFiles = Math.min(SHARED_REQUEST_FILES, limits.maxFiles);
  const maxBytes = Math.min(SHARED_REQUEST_BYTES, limits.maxBytes);
  const files: QueuedFile[] = [];
  let bytes = 0;
  for (const queued of queue) {
    if (queued.batch !== first.batch || queued.file.size >= SMALL_FILE_BYTES) continue;
    if (files.length === maxFiles || (files.length > 0 && bytes + queued.file.size > maxBytes)) break;
    files.push(queued);
    bytes += queued.file.size;
  }
  return { batch: first.batch, large: false, files };
}
