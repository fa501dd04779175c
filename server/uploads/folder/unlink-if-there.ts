import { unlink } from 'node:fs/promises';
import { ignoreMissing } from '../../failure.ts';

/** Removes a file; when somebody else was faster, that is as good. */
export async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch(ignoreMissing);
}
