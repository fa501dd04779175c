import { open } from 'node:fs/promises';

/** A file of zeros that is as long as it says and takes no room: long to send, quick to make. */
export async function makeSparseFile(path: string, sizeBytes: number): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.truncate(sizeBytes);
  } finally {
    await handle.close();
  }
}
