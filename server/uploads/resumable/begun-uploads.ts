import { performance } from 'node:perf_hooks';
import type { Sender } from '../../contracts/upload.ts';
import { Failure } from '../../failure.ts';
import type { UploadFolder } from '../folder/upload-folder.ts';
import type { UnfinishedLimits } from '../unfinished-limits.ts';

/** Looking at the disk may take this share of the time. */
const MOST_EFFORT = 1 / 20;

/** The resumable uploads that lie in staging, and whose they are. */
export interface BegunUploads {
  /**
   * Lets a sender make one more.
   * @throws Failure TOO_MANY_UPLOADS when too many of its own, or of all, have not come to their end; those of the disk
   */
  require(folder: UploadFolder, sender: Sender): Promise<void>;
  add(folder: UploadFolder, id: string, senderId: string): void;
  /** It has come to its end. */
  drop(folder: UploadFolder, id: string): void;
  /** Looks at what lies there; other processes make and end some as well. @throws system errors */
  look(folder: UploadFolder): Promise<void>;
}

/** @param makeRoom ends those that need not be kept when there are too many */
export function createBegunUploads({ resumableOfSender, resumableOfAll }: UnfinishedLimits, makeRoom: (folder: UploadFolder) => Promise<void>): BegunUploads {
  /** Of each folder: sender by upload. */
  const begun = new Map<UploadFolder, Map<string, string>>();
  let lookAgainAtMs = 0;

  const of = (folder: UploadFolder): Map<string, string> => {
    const known = begun.get(folder) ?? new Map<string, string>();
    begun.set(folder, known);
    return known;
  };
  /** What stands against one more; null when nothing does. */
  const limitFor = (folder: UploadFolder, sender: Sender): number | null => {
    const known = of(folder);
    if (known.size >= resumableOfAll) return resumableOfAll;
    // Only then can it be too many of one.
    if (known.size < resumableOfSender) return null;
    const own = [...known.values()].filter((senderId) => senderId === sender.id).length;
    return own >= resumableOfSender ? resumableOfSender : null;
  };
  const look = async (folder: UploadFolder): Promise<void> => {
    const beganMs = performance.now();
    const states = await folder.resumables.list();
    begun.set(folder, new Map(states.map(({ info }) => [info.id, info.sender.id])));
    const now = performance.now();
    lookAgainAtMs = now + (now - beganMs) / MOST_EFFORT;
  };

  return {
    async require(folder, sender) {
      if (sender.kind === 'window' || limitFor(folder, sender) === null) return;
      if (performance.now() >= lookAgainAtMs) {
        // Not by two at once: each looks at every one of them.
        lookAgainAtMs = Infinity;
        try {
          await makeRoom(folder);
          // Another process may have ended some of them as well.
          await look(folder);
        } finally {
          if (lookAgainAtMs === Infinity) lookAgainAtMs = performance.now();
        }
      }
      const limit = limitFor(folder, sender);
      if (limit !== null) throw new Failure('TOO_MANY_UPLOADS', { limit });
    },
    add: (folder, id, senderId) => void of(folder).set(id, senderId),
    drop: (folder, id) => void of(folder).delete(id),
    look,
  };
}
