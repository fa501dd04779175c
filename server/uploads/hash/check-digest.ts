import type { FileDigest } from '../../contracts/upload.ts';
import { Failure } from '../../failure.ts';

/** Hash of a whole file that nothing speaks against. */
export interface CheckedDigest {
  readonly digest: FileDigest;
  /** The sender told the same one. */
  readonly isTold: boolean;
}

/**
 * @param told what the sender says; undefined when it says nothing
 * @throws Failure CHECKSUM_MISMATCH
 */
export function checkDigest(digest: FileDigest, told: FileDigest | undefined): CheckedDigest {
  if (told !== undefined && told !== digest) throw new Failure('CHECKSUM_MISMATCH');
  return { digest, isTold: told !== undefined };
}
