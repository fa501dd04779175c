import QuickLRU from 'quick-lru';
import type { DigestAlgorithm } from '../hash/file-digest.ts';
import { FileHash } from '../hash/file-hash.ts';

/** Uploads whose hash is carried from chunk to chunk, each under 1 kB; the file of any other is read again at its end. */
const MOST_KEPT = 5000;

/** Hashes of unfinished uploads as far as they have arrived through this process. */
export interface KnownHashes {
  /** The hash of an upload's first `offset` bytes, to be fed on; null when it is not known. */
  take(id: string, offset: number, algorithm: DigestAlgorithm): FileHash | null;
  /** @param hash of exactly the bytes that are on disk */
  keep(id: string, hash: FileHash): void;
}

export function createKnownHashes(): KnownHashes {
  const kept = new QuickLRU<string, FileHash>({ maxSize: MOST_KEPT });
  return {
    take(id, offset, algorithm) {
      const known = kept.get(id);
      // Taken out: from now on it may see bytes that do not come to stay.
      kept.delete(id);
      if (offset === 0) return FileHash.start(algorithm);
      return known?.bytes === offset && known.algorithm === algorithm ? known : null;
    },
    keep: (id, hash) => void kept.set(id, hash),
  };
}
