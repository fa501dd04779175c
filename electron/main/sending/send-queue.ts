import type { FailureCode } from '../../../server/contracts/failure.ts';
import type { SentFiles } from '../../contracts/bridge.ts';
import { announceAgain, announceFound } from './announcer.ts';
import type { AnnounceTarget } from './announcer.ts';
import type { FileToSend } from './file-to-send.ts';
import { refreshSource } from './refresh-source.ts';
import { sendGroup } from './send-group.ts';
import { takeGroup } from './take-group.ts';
import { walkFiles } from './walk-files.ts';

/** Requests under way at once. */
const MAX_REQUESTS = 4;

export interface SendQueue {
  /**
   * Finds the files in what a person dropped or picked, announces them and starts to send; resolves when all are announced.
   * @param uploadFolder is not sent, even if it lies in what was dropped
   */
  send(paths: readonly string[], uploadFolder: string): Promise<SentFiles>;
  /** Sends files again, under the same ids. Answers how many: those it never sent, or whose file is gone, are not among them. */
  retry(ids: readonly string[]): Promise<number>;
  /** Takes an upload out of what waits; what it answers ends its request, and is to be called once the server knows. */
  drop(id: string): () => void;
  /** Breaks off everything; resolves when no file is open any more. */
  stop(): Promise<void>;
}

export interface SendTarget {
  readonly url: string;
  readonly ownerToken: string;
  /** Tells the server that announced files will not come, and why; what has ended already stays as it is. */
  readonly giveUp: (ids: readonly string[], code: FailureCode) => void;
}

interface Running {
  readonly controller: AbortController;
  readonly ids: readonly string[];
}

export function createSendQueue(target: SendTarget): SendQueue {
  const stopping = new AbortController();
  /** Everything that is not stored yet, for retries. */
  const sources = new Map<string, FileToSend>();
  const waiting = new Map<string, FileToSend>();
  const running = new Map<Running, Promise<void>>();

  const announcing: AnnounceTarget = {
    ...target,
    signal: stopping.signal,
    onWaiting(files) {
      for (const file of files) {
        sources.set(file.id, file);
        waiting.set(file.id, file);
      }
      startRequests();
    },
  };

  function startRequests(): void {
    while (running.size < MAX_REQUESTS && waiting.size > 0 && !stopping.signal.aborted) {
      const group = takeGroup(waiting);
      const run: Running = { controller: new AbortController(), ids: group.map((file) => file.id) };
      running.set(run, sendOne(run, group));
    }
  }

  async function sendOne(run: Running, group: readonly FileToSend[]): Promise<void> {
    const stored = await sendGroup(target, group, run.controller.signal);
    for (const id of stored) sources.delete(id);
    running.delete(run);
    startRequests();
  }

  function isUnderWay(id: string): boolean {
    return waiting.has(id) || [...running.keys()].some((run) => run.ids.includes(id));
  }

  return {
    send: (paths, uploadFolder) => announceFound(announcing, walkFiles(paths, uploadFolder)),
    async retry(ids) {
      const known = ids.flatMap((id) => (isUnderWay(id) ? [] : (sources.get(id) ?? [])));
      const fresh = (await Promise.all(known.map(refreshSource))).filter((file) => file !== null);
      const refused = await Promise.all([...groupByBatch(fresh)].map(([batch, files]) => announceAgain(announcing, batch, files)));
      return fresh.length - refused.flat().length;
    },
    drop(id) {
      waiting.delete(id);
      return () => {
        for (const run of running.keys()) {
          // The neighbours in a group go on; the server discards this one's bytes.
          if (run.ids.length === 1 && run.ids[0] === id) run.controller.abort();
        }
      };
    },
    async stop() {
      stopping.abort();
      waiting.clear();
      for (const run of running.keys()) run.controller.abort();
      await Promise.all(running.values());
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
