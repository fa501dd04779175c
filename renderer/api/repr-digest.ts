/** Value of `Repr-Digest` (RFC 9530, section 3) for a hash in the API's words. @param digest `algorithm:hex` */
export function reprDigest(digest: string): string {
  const colon = digest.indexOf(':');
  const bytes = digest.slice(colon + 1).match(/../gu) ?? [];
  return `${digest.slice(0, colon)}=:${btoa(String.fromCharCode(...bytes.map((hex) => Number.parseInt(hex, 16))))}:`;
}
