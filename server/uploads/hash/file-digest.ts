import type { FileDigest } from '../../contracts/upload.ts';

/** Hashes that a file may have, and how many hex digits each has. */
const HEX_DIGITS = { xxh128: 32, 'sha-256': 64 } as const;

export type DigestAlgorithm = keyof typeof HEX_DIGITS;

const TEXT = /^(?<algorithm>[a-z\d-]+):(?<hex>[\da-f]+)$/u;

/** True for `xxh128:` or `sha-256:` with as many hex digits as that hash has. */
export function isFileDigest(value: unknown): value is FileDigest {
  const { algorithm, hex } = (typeof value === 'string' ? TEXT.exec(value)?.groups : undefined) ?? {};
  return algorithm !== undefined && isAlgorithm(algorithm) && hex?.length === HEX_DIGITS[algorithm];
}

/** What the hash of a file is to be made with. */
export function algorithmOf(digest: FileDigest | undefined): DigestAlgorithm {
  return digest?.startsWith('sha-256:') === true ? 'sha-256' : 'xxh128';
}

function isAlgorithm(name: string): name is DigestAlgorithm {
  return Object.hasOwn(HEX_DIGITS, name);
}
