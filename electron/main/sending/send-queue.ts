import type { SentFiles } from '../../contracts/bridge.ts';
import { announceAgain, announceFound } from './announcer.ts';
import type { AnnounceTarget } from './announcer.ts';
import { decideRestart, isSameSource } from './decide-restart.ts';
import { discardUpload } from './discard-upload.ts';
import type { FileToSend } from './file-to-send.ts';
import { readStates } from './read-states.ts';
import { refreshSource } from './refresh-source.ts';
import { sendGroup } from './send-group.ts';
import type { GroupTarget } from './send-group.ts';
import { sendResumable } from './send-resumable.ts';
import { isResumable, takeGroup } from './take-group.ts';
import type { UnfinishedList } from './unfinished-list.ts';
import { walkFiles } from './walk-files.ts';

/** Requests under way at once. */
const MAX_REQUESTS = 4;

/** Files of this window that wait or are being sent. */
export interface UnderWay {
  /** Those that go on where they are, after a restart. */
  readonly resumable: number;
  /** Those that begin again. */
  readonly others: number;
}

export interface SendQueue {
  /**
   * Finds the files in what a person dropped or picked, announces them and starts to send; resolves when all are announced.
   * @param uploadFolder is not sent, even if it lies in what was dropped
   */
  send(paths: readonly string[], uploadFolder: string): Promise<SentFiles>;
  /** Goes on with what an earlier run left unfinished; a file that is gone or has changed since fails by name. */
  resume(): Promise<void>;
  /**
   * Sends files again, under the same ids; an interrupted one goes on where it is. Answers how many: those it never sent, or whose
   * file is gone, are not among them.
   */
  retry(ids: readonly string[]): Promise<number>;
  /** Takes an upload out of what waits; what it answers ends its request, and is to be called once the server knows. */
  drop(id: string): () => void;
  underWay(): UnderWay;
  /** Breaks off everything, and remembers it for the next start; resolves when no file is open any more. */
  stop(): Promise<void>;
}

interface Running {
  readonly controller: AbortController;
  readonly files: readonly FileToSend[];
}

export function createSendQueue(target: GroupTarget, unfinished: UnfinishedList): SendQueue {
  const stopping = new AbortController();
  /** Everything that is not stored yet, for retries. */
  const sources = new Map<string, FileToSend>();
  /** What the server holds a part of, while nobody sends it. */
  const interrupted = new Set<string>();
  const waiting = new Map<string, FileToSend>();
  const running = new Map<Running, Promise<void>>();

  function enqueue(files: readonly FileToSend[]): void {
    unfinished.add(files);
    for (const file of files) {
      sources.set(file.id, file);
      waiting.set(file.id, file);
    }
    startRequests();
  }

  const announcing: AnnounceTarget = { ...target, signal: stopping.signal, onWaiting: enqueue };

  function startRequests(): void {
    while (running.size < MAX_REQUESTS && waiting.size > 0 && !stopping.signal.aborted) {
      const files = takeGroup(waiting);
      const run: Running = { controller: new AbortController(), files };
      running.set(run, sendOne(run));
    }
  }

  async function sendOne(run: Running): Promise<void> {
    const { files, controller: { signal } } = run;
    const [file] = files;
    const ids = files.map(({ id }) => id);
    let isInterrupted = false;
    if (file !== undefined && isResumable(file)) {
      const outcome = await sendResumable(target, file, signal);
      // One that was called off is broken off as well; it is not to be gone on with.
      isInterrupted = outcome === 'interrupted' && !signal.aborted;
      if (isInterrupted) interrupted.add(file.id);
      if (outcome === 'stored') sources.delete(file.id);
    } else {
      for (const id of await sendGroup(target, files, signal)) sources.delete(id);
    }
    running.delete(run);
    if (stopping.signal.aborted) return;
    if (!isInterrupted) unfinished.remove(ids);
    startRequests();
  }

  function isUnderWay(id: string): boolean {
    return waiting.has(id) || [...running.keys()].some((run) => run.files.some((file) => file.id === id));
  }

  async function announceAll(files: readonly FileToSend[]): Promise<number> {
    const refused = await Promise.all([...groupByBatch(files)].map(([batch, batchFiles]) => announceAgain(announcing, batch, batchFiles)));
    return files.length - refused.flat().length;
  }

  return {
    send: (paths, uploadFolder) => announceFound(announcing, walkFiles(paths, uploadFolder)),
    async resume() {
      const files = unfinished.files();
      if (files.length === 0) return;
      const states = await readStates(target, stopping.signal);
      const toAnnounce: FileToSend[] = [];
      for (const file of files) {
        const now = await refreshSource(file);
        if (stopping.signal.aborted) return;
        // Cancelled meanwhile.
        if (!unfinished.has(file.id)) continue;
        const restart = decideRestart(file, now, states.get(file.id)?.state);
        switch (restart) {
          case 'continue':
            enqueue([file]);
            break;
          case 'announce':
            toAnnounce.push(file);
            break;
          case 'changed':
          case 'gone':
            await discardUpload(target, file, restart === 'gone' ? 'FILE_UNREADABLE' : 'FILE_CHANGED', stopping.signal);
            sources.set(file.id, file);
            unfinished.remove([file.id]);
            break;
          case 'forget':
            unfinished.remove([file.id]);
            break;
          default:
            restart satisfies never;
        }
      }
      await announceAll(toAnnounce);
    },
    async retry(ids) {
      const known = ids.flatMap((id) => (isUnderWay(id) ? [] : (sources.get(id) ?? [])));
      const again: FileToSend[] = [];
      // One that waits for its turn may still be called interrupted, and need not be asked for twice.
      let continued = ids.filter(isUnderWay).length;
      for (const before of known) {
        const now = await refreshSource(before);
        const hasPart = interrupted.delete(before.id);
        if (now === null) {
          if (hasPart) await discardUpload(target, before, 'FILE_UNREADABLE', stopping.signal);
        } else if (hasPart && isSameSource(before, now)) {
          enqueue([now]);
          continued += 1;
        } else {
          // A person who asks for it gets what is there now.
          if (hasPart) await discardUpload(target, before, 'FILE_CHANGED', stopping.signal);
          again.push(now);
        }
      }
      return continued + await announceAll(again);
    },
    drop(id) {
      waiting.delete(id);
      interrupted.delete(id);
      unfinished.remove([id]);
      return () => {
        for (const run of running.keys()) {
          // The neighbours in a group go on; the server discards this one's bytes.
          if (run.files.length === 1 && run.files[0]?.id === id) run.controller.abort();
        }
      };
    },
    underWay() {
      const files = [...waiting.values(), ...[...running.keys()].flatMap((run) => run.files)];
      const resumable = files.filter(isResumable).length;
      return { resumable, others: files.length - resumable };
    },
    async stop() {
      stopping.abort();
      waiting.clear();
      for (const run of running.keys()) run.controller.abort();
      await Promise.all(running.values());
      await unfinished.flush();
    },
  };
}

function groupByBatch(files: readonly FileToSend[]): ReadonlyMap<string, readonly FileToSend[]> {
  const batches = new Map<string, FileToSend[]>();
  for (const file of files) {
    const batch = batches.get(file.batch) ?? [];
    batch.push(file);
    batches.set(file.batch, batch);
  }
  return batches;
}
