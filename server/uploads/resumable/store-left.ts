import type { UploadFolder } from '../folder/upload-folder.ts';
import type { Found } from './find-place.ts';
import { isWhole, type ResumableState } from './resumable-folder.ts';
import { lockIfFree } from './upload-lock.ts';

/**
 * A sender whose bytes are all here has one word left to say, the hash, and makes it while it sends: even a phone that hashes only
 * 50 MB a second has that of 100 GB after 34 minutes. One that is silent for longer is gone, or asleep; should it wake, it finds its
 * file stored.
 */
const GONE_AFTER_MS = 3_600_000;

interface LeftOptions {
  /** Unfinished uploads are kept this long; whole ones do not wait longer either. */
  readonly keepMs: number;
  /** Resolves when no upload of that id is just ending. */
  readonly settled: (id: string) => Promise<void>;
  /** Checks it, as far as its sender said anything to check it by, and stores it. */
  readonly finish: (found: Found) => Promise<unknown>;
}

/**
 * Stores uploads that are all here and whose senders do not come back to say so. What cannot be stored now stays until the next time:
 * whole ones are never given up. What somebody is at is left alone. @throws system errors
 */
export async function storeLeft(folder: UploadFolder, { keepMs, settled, finish }: LeftOptions): Promise<void> {
  const isLeft = (state: ResumableState): boolean => isWhole(state) && Date.now() - state.changedAtMs > Math.min(GONE_AFTER_MS, keepMs);
  for (const { info } of (await folder.resumables.list()).filter(isLeft)) {
    const lock = await lockIfFree(folder.resumables.lockOf(info.id));
    if (lock === null) continue;
    try {
      await settled(info.id);
      const state = await folder.resumables.find(info.id);
      if (state && isLeft(state)) await finish({ folder, state, lock });
    } catch {
      // Its record says why; the others have their turn.
    } finally {
      await lock.release();
    }
  }
}
