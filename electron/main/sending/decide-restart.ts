import type { UploadState } from '../../../server/contracts/upload.ts';
import type { FileToSend } from './file-to-send.ts';

/** What becomes of a file that was not finished when the app ended. */
export type Restart = 'continue' | 'announce' | 'changed' | 'gone' | 'forget';

/**
 * @param now the file as it is; null when it is gone
 * @param state what the server says of it; undefined when it knows nothing
 */
export function decideRestart(before: FileToSend, now: FileToSend | null, state: UploadState | undefined): Restart {
  if (state === 'stored') return 'forget';
  if (now === null) return 'gone';
  if (!isSameSource(before, now)) return 'changed';
  return state === 'interrupted' ? 'continue' : 'announce';
}

/** A file of the same size that was written to is another file: its end does not belong to the beginning that has arrived. */
export function isSameSource(before: FileToSend, now: FileToSend): boolean {
  return before.size === now.size && before.modifiedAtMs === now.modifiedAtMs;
}
