import { isUpload, type Exchange } from '../helpers/follow-requests.ts';

/**
 * Bytes that travelled more often than once. What a form needs besides its files is no repetition, where the form came through whole;
 * of one that did not, every byte counts.
 */
export function countResent(exchanges: readonly Exchange[], uploadedBytes: number, totalBytes: number): number {
  const wrapping = exchanges.filter(isUpload).reduce((sum, exchange) => sum + wrappingOf(exchange), 0);
  return uploadedBytes - wrapping - totalBytes;
}

function wrappingOf({ opening, passedBytes, lengthBytes }: Exchange): number {
  if (passedBytes !== lengthBytes) return 0;
  const manifest = /name="manifest"\r\n(?:[^\r\n]+\r\n)*\r\n(\{.*?\})\r\n--/s.exec(opening)?.[1];
  if (manifest === undefined) return 0;
  const { files } = JSON.parse(manifest) as { readonly files: readonly { readonly size: number }[] };
  return passedBytes - files.reduce((sum, { size }) => sum + size, 0);
}
