import { createHash, type Hash } from 'node:crypto';
import QuickLRU from 'quick-lru';

/** Uploads whose hash is carried from chunk to chunk; the file of any other is read again at its end. */
const MOST_KEPT = 500;

/** Hashes of unfinished uploads as far as they have arrived through this process. */
export interface KnownHashes {
  /** The hash of an upload's first `offset` bytes, to be fed on; null when it is not known. */
  take(id: string, offset: number): Hash | null;
  keep(id: string, offset: number, hash: Hash): void;
}

export function createKnownHashes(): KnownHashes {
  const kept = new QuickLRU<string, { readonly offset: number; readonly hash: Hash }>({ maxSize: MOST_KEPT });
  return {
    take(id, offset) {
      if (offset === 0) return createHash('sha256');
      const known = kept.get(id);
      // Taken out: a chunk that breaks off leaves it fed with bytes that may not be on disk.
      kept.delete(id);
      return known?.offset === offset ? known.hash : null;
    },
    keep: (id, offset, hash) => void kept.set(id, { offset, hash }),
  };
}
