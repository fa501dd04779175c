import { createXXHash128 } from 'hash-wasm';
import type { IHasher } from 'hash-wasm';
import type { FileDigest } from '../../../server/contracts/upload.ts';

/** How far a hash has come, for going on with it later. */
export interface SavedHash {
  /** Bytes from the beginning of the file that are in it. */
  readonly bytes: number;
  /** Base64; an inner state of the hash function, and of no use to any other build of it. */
  readonly state: string;
}

/** The hash of one file, from its first byte on. */
export interface FileHash {
  /** Bytes from the beginning of the file that are in it. */
  hashedBytes(): number;
  /** Takes in bytes that stand at `start`; those that are in it already are skipped. @throws RangeError when bytes before them are missing */
  feed(bytes: Buffer, start: number): void;
  /** XXH3 with 128 bits (it guards against accidents, not malice) of what is in it; nothing can be fed after that. */
  digest(): Buffer;
  save(): SavedHash;
}

/** @param saved goes on from there; when it makes no sense, from the beginning */
export async function createFileHash(saved?: SavedHash): Promise<FileHash> {
  const hasher = await createXXHash128();
  let hashed = load(hasher, saved);
  let result: Buffer | undefined;
  let savedAtEnd: SavedHash | undefined;
  const save = (): SavedHash => ({ bytes: hashed, state: Buffer.from(hasher.save()).toString('base64') });

  return {
    hashedBytes: () => hashed,
    feed(bytes, start) {
      if (start > hashed) throw new RangeError(`Bytes ${hashed} to ${start} are missing.`);
      const fresh = bytes.subarray(hashed - start);
      if (fresh.length === 0) return;
      hasher.update(fresh);
      hashed += fresh.length;
    },
    digest() {
      // The function cannot be saved after its end.
      savedAtEnd ??= save();
      return (result ??= Buffer.from(hasher.digest('binary')));
    },
    save: () => savedAtEnd ?? save(),
  };
}

/** Makes the digest of whole files, as a manifest says it. */
export async function createDigester(): Promise<(content: Buffer) => FileDigest> {
  const hasher = await createXXHash128();
  return (content) => `xxh128:${hasher.init().update(content).digest('hex')}`;
}

function load(hasher: IHasher, saved: SavedHash | undefined): number {
  try {
    if (saved !== undefined) {
      hasher.load(Buffer.from(saved.state, 'base64'));
      return saved.bytes;
    }
  } catch {
    // Of another build of the function, or damaged: the file is read again.
  }
  hasher.init();
  return 0;
}
