import type { UploadFolder } from './folder/upload-folder.ts';
import type { Ledger } from './queue/ledger.ts';

/**
 * Looks, before these ids are judged, whether another process on the folder has stored one of them, and takes that over. What comes in
 * here at the moment, has ended well, was called off or taken off the list is left as it is.
 * @param isLocked whoever asks has their locks: then also what a process did that died before it could say so
 * @throws system errors, only when locked: who has no lock finds out later
 */
export type Recollect = (ids: readonly string[], isLocked?: true) => Promise<void>;

/** @param folder as it is at the moment */
export function createRecollect(ledger: Ledger, folder: () => UploadFolder): Recollect {
  const isOpen = (id: string): boolean => {
    const state = ledger.recall(id)?.state;
    return state !== 'stored' && state !== 'cancelled' && !ledger.running.has(id) && !ledger.wasRemoved(id);
  };

  return async (ids, isLocked) => {
    const open = ids.filter(isOpen);
    if (open.length === 0) return;
    const { path } = folder();
    const looking = folder().storedUnder(open, isLocked === true);
    // Who has no lock is told nothing of a disk that is away: whoever wants the bytes finds out.
    const stored = await (isLocked === true ? looking : looking.catch(() => []));
    // Again: it may have begun to come meanwhile.
    for (const record of stored) if (isOpen(record.id)) ledger.adopt(record, path);
  };
}
