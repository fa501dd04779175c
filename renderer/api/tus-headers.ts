/** Reads a header that says a number of bytes. Null when it is missing or no such number: Number() would also take "1e3" and "0x10". */
export function readBytesHeader(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const bytes = Number(text);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** `Upload-Metadata` of tus 1.0: keys with Base64 values, which is how names in any script get through a header. */
export function encodeMetadata(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs).map(([key, value]) => `${key} ${toBase64(value)}`).join(',');
}

/** `btoa` takes bytes as characters only. */
function toBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}
