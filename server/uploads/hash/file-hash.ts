import { createHash, type Hash } from 'node:crypto';
import type { FileDigest } from '../../contracts/upload.ts';
import type { DigestAlgorithm } from './file-digest.ts';
import { startXxh128, type RunningHash } from './xxh128.ts';

/** Hash of a file whose bytes come one after the other. */
export class FileHash {
  readonly algorithm: DigestAlgorithm;
  readonly #hash: RunningHash;
  #bytes: number;

  private constructor(algorithm: DigestAlgorithm, hash: RunningHash, bytes: number) {
    this.algorithm = algorithm;
    this.#hash = hash;
    this.#bytes = bytes;
  }

  static start(algorithm: DigestAlgorithm): FileHash {
    return new FileHash(algorithm, algorithm === 'xxh128' ? startXxh128() : running(createHash('sha256')), 0);
  }

  /** How many bytes it has seen. */
  get bytes(): number {
    return this.#bytes;
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.byteLength;
  }

  /** Goes on from here on its own. */
  copy(): FileHash {
    return new FileHash(this.algorithm, this.#hash.copy(), this.#bytes);
  }

  /** Ends it: nothing may be added any more. */
  digest(): FileDigest {
    return `${this.algorithm}:${this.#hash.digest()}`;
  }
}

function running(hash: Hash): RunningHash {
  return {
    update: (bytes) => void hash.update(bytes),
    copy: () => running(hash.copy()),
    digest: () => hash.digest('hex'),
  };
}
