import { announceBatch } from './announce-batch.ts';
import type { SourceFailure, FileToSend } from './file-to-send.ts';
import type { GroupTarget } from './send-group.ts';
import { removeUpload } from './tus-requests.ts';

/**
 * Ends an upload whose file is no longer what was announced: what had arrived is removed, and its record says why. Rejects when the
 * server cannot be reached.
 */
export async function discardUpload(target: GroupTarget, file: FileToSend, code: SourceFailure['code'], signal: AbortSignal): Promise<void> {
  // What still runs of it ends.
  target.giveUp([file.id], code);
  await removeUpload(target, file.id, signal);
  // For the server it is cancelled now; only what waits can be told a reason of ours.
  await announceBatch(target, file.batch, [file], signal);
  target.giveUp([file.id], code);
}
