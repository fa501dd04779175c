import { announceBatch } from './announce-batch.ts';
import type { SourceFailure, FileToSend } from './file-to-send.ts';
import type { GroupTarget } from './group-target.ts';

/**
 * Ends an upload whose file is no longer what was announced: what had arrived is removed, and its record says why. Rejects when the
 * server cannot be reached.
 */
export async function discardUpload(target: GroupTarget, file: FileToSend, code: SourceFailure['code'], signal: AbortSignal): Promise<void> {
  // After a restart the server may never have heard of it, and would have nothing to say it of.
  await announceBatch(target, file.batch, [file], signal);
  await target.giveUp([file.id], code);
}
