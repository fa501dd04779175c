import { decideRestart } from './decide-restart.ts';
import { discardUpload } from './discard-upload.ts';
import type { FileToSend } from './file-to-send.ts';
import { readStates } from './read-states.ts';
import { refreshSource } from './refresh-source.ts';
import type { GroupTarget } from './group-target.ts';
import type { UnfinishedList } from './unfinished-list.ts';

export interface RestartOptions {
  readonly target: GroupTarget;
  readonly unfinished: UnfinishedList;
  readonly signal: AbortSignal;
  /** The server holds a part of it, and the file is the same. */
  readonly onContinue: (file: FileToSend) => void;
  /** It is gone or has changed; its record says so by now, and it leaves the list. */
  readonly onLost: (file: FileToSend) => void;
}

/**
 * Looks at everything that an earlier run left unfinished; answers with the files that are to be announced again. Rejects when the
 * server cannot be reached.
 */
export async function restartUnfinished({ target, unfinished, signal, onContinue, onLost }: RestartOptions): Promise<readonly FileToSend[]> {
  const files = unfinished.files();
  if (files.length === 0) return [];
  const states = await readStates(target, signal);
  const toAnnounce: FileToSend[] = [];
  for (const file of files) {
    const now = await refreshSource(file);
    if (signal.aborted) return [];
    // Cancelled meanwhile.
    if (!unfinished.has(file.id)) continue;
    const restart = decideRestart(file, now, states.get(file.id)?.state);
    switch (restart) {
      case 'continue':
        onContinue(file);
        break;
      case 'announce':
        toAnnounce.push(file);
        break;
      case 'changed':
      case 'gone':
        await discardUpload(target, file, restart === 'gone' ? 'FILE_UNREADABLE' : 'FILE_CHANGED', signal);
        onLost(file);
        unfinished.remove([file.id]);
        break;
      case 'forget':
        unfinished.remove([file.id]);
        break;
      default:
        restart satisfies never;
    }
  }
  return toAnnounce;
}
