import { createDigester } from './file-hash.ts';
import { SourceFailure } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';
import { readPiece } from './read-source.ts';
import type { GroupTarget } from './group-target.ts';
import type { FormPart } from './upload-form.ts';

/**
 * Reads and hashes small files, each once and whole, so that the bytes that are hashed are those that are sent, and one that cannot be
 * read never takes its neighbours with it. Rejects when `signal` says stop.
 */
export async function readParts(target: Pick<GroupTarget, 'giveUp'>, group: readonly FileToSend[], signal: AbortSignal): Promise<readonly FormPart[]> {
  const digest = await createDigester();
  const parts: FormPart[] = [];
  for (const file of group) {
    signal.throwIfAborted();
    try {
      const bytes = await readPiece(file);
      parts.push({ file, bytes, digest: digest(bytes) });
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      await target.giveUp([file.id], error.code);
    }
  }
  return parts;
}
