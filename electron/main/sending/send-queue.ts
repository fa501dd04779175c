import type { SentFiles } from '../../contracts/bridge.ts';
import { announceAgain, announceFound } from './announcer.ts';
import type { AnnounceTarget } from './announcer.ts';
import { isSameSource } from './decide-restart.ts';
import { discardUpload } from './discard-upload.ts';
import type { FileToSend } from './file-to-send.ts';
import { refreshSource } from './refresh-source.ts';
import { restartUnfinished } from './restart-unfinished.ts';
import { sendGroup } from './send-group.ts';
import type { GroupTarget } from './group-target.ts';
import type { SendOutcome } from './send-outcome.ts';
import { sendResumable } from './send-resumable.ts';
import { createSendRuns } from './send-runs.ts';
import { isResumable } from './take-group.ts';
import type { UnfinishedList } from './unfinished-list.ts';
import { walkFiles } from './walk-files.ts';

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
  /**
   * Goes on with what an earlier run left unfinished, once; a file that is gone or has changed since fails by name.
   * @returns how many go on: what a person holds back does not
   */
  resume(): Promise<number>;
  /**
   * Sends files again, under the same ids; an interrupted one goes on where it is. Answers how many: those it never sent, or whose
   * file is gone, are not among them.
   */
  retry(ids: readonly string[]): Promise<number>;
  /** Holds files back, also over a restart; a small one that travels already is let finish. @param ids null for all */
  pause(ids: readonly string[] | null): void;
  /** Lets files go on that were paused or are interrupted. @param ids null for all */
  unpause(ids: readonly string[] | null): void;
  /** Goes on at once with what waits to be tried again or is interrupted. */
  wake(): void;
  /** Takes an upload out of what waits; what it answers ends its request, and is to be called once the server knows. */
  drop(id: string): () => void;
  /** What is paused is not under way. */
  underWay(): UnderWay;
  /** Breaks off everything, and remembers it for the next start; resolves when no file is open any more. */
  stop(): Promise<void>;
}

export function createSendQueue(target: GroupTarget, unfinished: UnfinishedList): SendQueue {
  const stopping = new AbortController();
  /** Everything that is not stored yet, for retries. */
  const sources = new Map<string, FileToSend>();
  /** What the server holds a part of, while nobody sends it and nobody holds it back. */
  const interrupted = new Set<string>();
  /** Folders that are being walked; what they still bring may be held back too. */
  const drops = new Set<{ isPaused: boolean }>();
  let waking = new AbortController();
  let resumed: Promise<number> | undefined;

  const runs = createSendRuns({ send: sendFiles, onEnd });

  /** Sends files, except those that are held back. */
  function accept(files: readonly FileToSend[]): void {
    unfinished.add(files);
    for (const file of files) sources.set(file.id, file);
    runs.add(files.filter(({ id }) => !unfinished.paused().has(id)));
  }

  function announcing(drop: { readonly isPaused: boolean } = { isPaused: false }): AnnounceTarget {
    return {
      ...target,
      signal: stopping.signal,
      onWaiting(files) {
        unfinished.add(files);
        if (drop.isPaused) unfinished.setPaused(files.map(({ id }) => id), true);
        accept(files);
      },
      // A crash, or a server too busy to say it in time, kept it from the list.
      onStored(files) { unfinished.remove(files.map(({ id }) => id)); },
    };
  }

  async function sendFiles(files: readonly FileToSend[], signal: AbortSignal): Promise<ReadonlyMap<string, SendOutcome>> {
    const [file] = files;
    await unfinished.noted();
    if (file === undefined || !isResumable(file)) return sendGroup(target, files, { signal, woken: () => waking.signal, isWanted: unfinished.has });
    const outcome = await sendResumable(target, file, {
      signal,
      woken: () => waking.signal,
      hashed: unfinished.hashed(file.id),
      onHashed: (hashed) => unfinished.setHashed(file.id, hashed),
    });
    return new Map([[file.id, outcome]]);
  }

  function onEnd(file: FileToSend, outcome: SendOutcome, wasBrokenOff: boolean): void {
    const { id } = file;
    if (outcome === 'stored') sources.delete(id);
    else if (stopping.signal.aborted) return;
    if (outcome !== 'interrupted') unfinished.remove([id]);
    // One that was cancelled is broken off as well, and out of the list by then.
    if (outcome !== 'interrupted' || !unfinished.has(id) || unfinished.paused().has(id)) return;
    // Broken off to be paused, and let go again before that had come about.
    if (wasBrokenOff) runs.add([file]);
    else interrupted.add(id);
  }

  async function announceAll(files: readonly FileToSend[], target = announcing()): Promise<number> {
    const refused = await Promise.all([...groupByBatch(files)].map(([batch, batchFiles]) => announceAgain(target, batch, batchFiles)));
    return files.length - refused.flat().length;
  }

  async function resumeAll(): Promise<number> {
    const going = new Set<string>();
    const note = (files: readonly FileToSend[]): void => {
      for (const { id } of files) if (!unfinished.paused().has(id)) going.add(id);
    };
    const onContinue = (file: FileToSend): void => {
      note([file]);
      accept([file]);
    };
    const again = await restartUnfinished({ target, unfinished, signal: stopping.signal, onContinue, onLost: (file) => sources.set(file.id, file) });
    const usual = announcing();
    await announceAll(again, {
      ...usual,
      // Those that were stored already are not among them.
      onWaiting(files) {
        note(files);
        usual.onWaiting(files);
      },
    });
    return going.size;
  }

  /** Ends the pauses of what is being tried again. */
  function wakeUp(): void {
    waking.abort();
    waking = new AbortController();
  }

  function letGo(ids: readonly string[]): void {
    unfinished.setPaused(ids, false);
    wakeUp();
    for (const id of ids) {
      interrupted.delete(id);
      const file = sources.get(id);
      if (file !== undefined && unfinished.has(id) && !runs.has(id)) runs.add([file]);
    }
  }

  return {
    async send(paths, uploadFolder) {
      const drop = { isPaused: false };
      drops.add(drop);
      try {
        return await announceFound(announcing(drop), walkFiles(paths, uploadFolder));
      } finally {
        drops.delete(drop);
      }
    },
    resume: () => (resumed ??= resumeAll()),
    async retry(ids) {
      // One that waits for its turn may still be called interrupted, and need not be asked for twice.
      let continued = ids.filter(runs.has).length;
      unfinished.setPaused(ids, false);
      wakeUp();
      const known = ids.flatMap((id) => (runs.has(id) ? [] : (sources.get(id) ?? [])));
      const again: FileToSend[] = [];
      for (const before of known) {
        const now = await refreshSource(before);
        interrupted.delete(before.id);
        // The server may hold a part of it.
        const isKept = unfinished.has(before.id);
        if (now === null) {
          if (!isKept) continue;
          await discardUpload(target, before, 'FILE_UNREADABLE', stopping.signal);
          unfinished.remove([before.id]);
        } else if (isKept && isSameSource(before, now)) {
          accept([now]);
          continued += 1;
        } else {
          // A person who asks for it gets what is there now.
          if (isKept) await discardUpload(target, before, 'FILE_CHANGED', stopping.signal);
          again.push(now);
        }
      }
      return continued + await announceAll(again);
    },
    pause(ids) {
      if (ids === null) for (const drop of drops) drop.isPaused = true;
      for (const id of ids ?? [...sources.keys()]) {
        const file = sources.get(id);
        if (file === undefined || !(runs.takeBack(id) || interrupted.delete(id) || (runs.has(id) && isResumable(file)))) continue;
        unfinished.setPaused([id], true);
        runs.breakOff(id);
      }
    },
    unpause(ids) {
      if (ids === null) for (const drop of drops) drop.isPaused = false;
      letGo(ids ?? [...unfinished.paused(), ...interrupted]);
    },
    wake() {
      letGo([...interrupted]);
    },
    drop(id) {
      runs.takeBack(id);
      interrupted.delete(id);
      unfinished.remove([id]);
      return () => runs.breakOff(id);
    },
    underWay() {
      const files = runs.files();
      const resumable = files.filter(isResumable).length;
      return { resumable, others: files.length - resumable };
    },
    async stop() {
      stopping.abort();
      await runs.stop();
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
