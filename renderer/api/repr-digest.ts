import type { FileDigest } from '../../server/contracts/upload.ts';

/** Value of `Repr-Digest` (RFC 9530, section 3) for a hash in the API's words. */
export function reprDigest(digest: FileDigest): string {
  const colon = digest.indexOf(':');
  const bytes = digest.slice(colon + 1).match(/../gu) ?? [];
  return `${digest.slice(0, colon)}=:${btoa(String.fromCharCode(...bytes.map((hex) => Number.parseInt(hex, 16))))}:`;
}
