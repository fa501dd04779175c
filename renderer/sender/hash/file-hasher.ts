import type { FileDigest } from '../../../server/contracts/upload.ts';
import { FileChanged } from '../file-changed.ts';
import type { HashOrder, HashReport } from './hash-messages.ts';

/** A worker that does not start for so long is done without. */
const START_MS = 10_000;

/** What became of files that were to be read into memory. */
export type Gathered =
  | { readonly kind: 'gathered'; readonly body: Blob; readonly digests: readonly FileDigest[] }
  /** Places among the parts. */
  | { readonly kind: 'unreadable'; readonly places: readonly number[] }
  /** This browser cannot, or not now. */
  | { readonly kind: 'unable' };

/** Reads and hashes files beside the page. Where no worker or no WebAssembly is to be had, it says so by answering nothing. */
export interface FileHasher {
  /** Begins to load, so that it is there when it is needed. */
  warmUp(): void;
  /** Hash of a whole file; null when this browser cannot. @throws FileChanged, the signal's reason when called off */
  hash(file: File, advanced: () => void, signal: AbortSignal): Promise<FileDigest | null>;
  /** Reads text and files, one after the other, into one piece of memory, and hashes each file. */
  gather(parts: readonly (string | File)[]): Promise<Gathered>;
  stop(): void;
}

interface Job {
  readonly done: (answer: HashReport | null) => void;
  readonly advanced: () => void;
}

/** @param byStream whether files may be read as streams: Safari's break beyond 4 GB (upchunk#134) */
export function createFileHasher(startWorker: () => Worker, byStream: boolean): FileHasher {
  const jobs = new Map<number, Job>();
  let lastJob = 0;
  let loading: Promise<Worker | null> | null = null;
  let worker: Worker | null = null;

  /** For good: nothing is hashed from now on. */
  function giveUp(): void {
    worker?.terminate();
    worker = null;
    loading = Promise.resolve(null);
    for (const { done } of jobs.values()) done(null);
    jobs.clear();
  }

  function load(): Promise<Worker | null> {
    return new Promise((resolve) => {
      const fail = (): void => {
        clearTimeout(deadline);
        giveUp();
        resolve(null);
      };
      const deadline = setTimeout(fail, START_MS);
      try {
        worker = startWorker();
      } catch {
        // No workers here, or not for us.
        fail();
        return;
      }
      worker.addEventListener('error', fail);
      worker.addEventListener('message', ({ data: answer }: MessageEvent<HashReport>) => {
        switch (answer.kind) {
          case 'ready':
            clearTimeout(deadline);
            resolve(worker);
            break;
          case 'unable': fail(); break;
          case 'advanced': jobs.get(answer.job)?.advanced(); break;
          case 'hashed': case 'gathered': case 'unreadable':
            jobs.get(answer.job)?.done(answer);
            jobs.delete(answer.job);
            break;
          default: answer satisfies never;
        }
      });
    });
  }

  /** @returns null when nobody answers */
  async function ask(order: HashOrder, advanced: () => void): Promise<HashReport | null> {
    const asked = await (loading ??= load());
    if (asked === null) return null;
    return new Promise((resolve) => {
      jobs.set(order.job, { done: resolve, advanced });
      asked.postMessage(order);
    });
  }

  return {
    warmUp() { void (loading ??= load()); },
    async hash(file, advanced, signal) {
      const job = (lastJob += 1);
      const drop = (): void => {
        worker?.postMessage({ kind: 'drop', job } satisfies HashOrder);
        jobs.get(job)?.done(null);
        jobs.delete(job);
      };
      signal.addEventListener('abort', drop, { once: true });
      const answer = await ask({ kind: 'hash', job, file, byStream }, advanced);
      signal.removeEventListener('abort', drop);
      signal.throwIfAborted();
      if (answer?.kind === 'unreadable') throw new FileChanged('The file cannot be read any more');
      return answer?.kind === 'hashed' ? answer.digest : null;
    },
    async gather(parts) {
      const answer = await ask({ kind: 'gather', job: (lastJob += 1), parts }, () => undefined);
      if (answer?.kind === 'gathered') return answer;
      return answer?.kind === 'unreadable' && answer.places.length > 0 ? answer : { kind: 'unable' };
    },
    stop: giveUp,
  };
}
