import { lstat } from 'node:fs/promises';
import type { FileToSend } from './file-to-send.ts';

/** The file as it is now, for sending it again under the same id; null when it is gone. */
export async function refreshSource(file: FileToSend): Promise<FileToSend | null> {
  try {
    const stats = await lstat(file.path);
    return stats.isFile() ? { ...file, size: stats.size, modifiedAtMs: stats.mtimeMs } : null;
  } catch {
    // Gone or unreachable; either way there is nothing to send.
    return null;
  }
}
