/** All bytes of a picked file or a part of it; null when it is not what was picked any more: changed, moved, or taken back by the system. */
export async function readBlob(blob: Blob): Promise<ArrayBuffer | null> {
  try {
    const bytes = await blob.arrayBuffer();
    return bytes.byteLength === blob.size ? bytes : null;
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
