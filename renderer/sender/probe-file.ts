/**
 * Whether a picked file can still be read. A file that was changed, moved or taken back by the system after it was picked
 * makes `fetch` fail with the same TypeError as a lost network (Chromium: ERR_UPLOAD_FILE_CHANGED); one byte tells them apart.
 */
export async function canRead(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}
