import type { FileToSend } from './file-to-send.ts';
import type { SendOutcome } from './send-outcome.ts';
import { takeGroup } from './take-group.ts';

/** Requests under way at once. */
const MAX_REQUESTS = 4;

export interface SendRunsOptions {
  /** Sends the files of one request, and answers what became of each; never rejects. */
  readonly send: (files: readonly FileToSend[], signal: AbortSignal) => Promise<ReadonlyMap<string, SendOutcome>>;
  /** @param wasBrokenOff by `breakOff` or `stop` */
  readonly onEnd: (file: FileToSend, outcome: SendOutcome, wasBrokenOff: boolean) => void;
}

/** What waits for its turn to be sent, and what is being sent. */
export interface SendRuns {
  add(files: readonly FileToSend[]): void;
  has(id: string): boolean;
  files(): readonly FileToSend[];
  /** Takes a file out of what waits; false when it does not wait. */
  takeBack(id: string): boolean;
  /** Ends the request of a file that travels alone. The neighbours in a group go on. */
  breakOff(id: string): void;
  /** Breaks off everything; resolves when no file is open any more. */
  stop(): Promise<void>;
}

interface Run {
  readonly controller: AbortController;
  readonly files: readonly FileToSend[];
}

export function createSendRuns({ send, onEnd }: SendRunsOptions): SendRuns {
  const waiting = new Map<string, FileToSend>();
  const running = new Map<Run, Promise<void>>();
  const runOf = new Map<string, Run>();
  let isStopped = false;

  function start(): void {
    while (running.size < MAX_REQUESTS && waiting.size > 0 && !isStopped) {
      const files = takeGroup(waiting);
      const run: Run = { controller: new AbortController(), files };
      for (const { id } of files) runOf.set(id, run);
      running.set(run, sendOne(run));
    }
  }

  async function sendOne(run: Run): Promise<void> {
    const { files, controller: { signal } } = run;
    const outcomes = await send(files, signal);
    running.delete(run);
    for (const { id } of files) runOf.delete(id);
    for (const file of files) onEnd(file, outcomes.get(file.id) ?? 'ended', signal.aborted);
    start();
  }

  return {
    add(files) {
      for (const file of files) waiting.set(file.id, file);
      start();
    },
    has: (id) => waiting.has(id) || runOf.has(id),
    files: () => [...waiting.values(), ...[...running.keys()].flatMap((run) => run.files)],
    takeBack: (id) => waiting.delete(id),
    breakOff(id) {
      const run = runOf.get(id);
      if (run?.files.length === 1) run.controller.abort();
    },
    async stop() {
      isStopped = true;
      waiting.clear();
      for (const run of running.keys()) run.controller.abort();
      await Promise.all(running.values());
    },
  };
}
