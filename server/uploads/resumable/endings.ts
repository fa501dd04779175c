import type { CheckedDigest } from '../hash/check-digest.ts';
import type { Failure } from '../../failure.ts';
import { clearLater } from '../folder/clear-later.ts';
import type { PublishedFile } from '../folder/published-file.ts';
import type { UploadFolder } from '../folder/upload-folder.ts';
import type { Ledger } from '../queue/ledger.ts';
import type { Found } from './find-place.ts';
import { recordOf } from './resumable-record.ts';

/** The ends of uploads: first nothing is left of them, then their records say so. */
export interface Endings {
  /**
   * Removes an upload from staging, its lock last, and then says why, at once: whoever reads in a record that an upload has ended
   * finds nothing of it any more.
   * @throws system errors; then nothing was said
   */
  fail(found: Found, failure: Failure): Promise<void>;
  /**
   * The same for one that is in its place, in the upload folder. What cannot be removed of it now is removed later, for as long as it
   * is known to be stored: its bytes are not lost with it, and said it must be, or its sender would send it again. Never rejects.
   */
  store(found: Found, published: PublishedFile, digest: CheckedDigest): Promise<void>;
  /** Resolves when no upload of that id is gone without its record saying so. Never rejects. */
  settled(id: string): Promise<void>;
}

/** @param onRemoved told of each when nothing is left of it */
export function createEndings(ledger: Ledger, onRemoved: (folder: UploadFolder, id: string) => void): Endings {
  const ending = new Map<string, Promise<void>>();

  async function clear({ folder, state, lock }: Found, isOver: (() => boolean) | null): Promise<void> {
    const remove = (): Promise<void> => folder.resumables.remove(state.info.id);
    await remove().catch((error: unknown) => {
      if (isOver === null) throw error;
      clearLater(async () => (isOver() ? remove() : undefined));
    });
    // A lock that cannot be removed is nobody's from now on, and whoever wants it takes it over.
    await lock.release().catch(() => undefined);
  }

  async function end(found: Found, say: () => void, isOver: (() => boolean) | null): Promise<void> {
    const { id } = found.state.info;
    const over = clear(found, isOver).then(() => onRemoved(found.folder, id)).then(say).finally(() => ending.delete(id));
    // Whoever ends it hears of the error.
    ending.set(id, over.catch(() => undefined));
    await over;
  }

  return {
    fail: (found, failure) => end(found, () => void ledger.fail(recordOf(found, 'interrupted'), failure), null),
    store(found, published, digest) {
      const { id, size } = found.state.info;
      const say = (): void => void ledger.store({ ...recordOf(found, 'finishing'), received: size }, published, digest);
      // Once it is dropped from the list, its sender may send another one under its id.
      return end(found, say, () => (ledger.queue.get(id)?.state ?? 'stored') === 'stored');
    },
    async settled(id) {
      await ending.get(id);
    },
  };
}
