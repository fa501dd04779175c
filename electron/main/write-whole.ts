import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a file for its owner alone. A reader sees the old file or the new one, never a part. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  try {
    await writeFile(temporary, text, { mode: 0o600, flush: true });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
