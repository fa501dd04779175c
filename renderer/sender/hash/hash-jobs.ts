import type { FileDigest } from '../../../server/contracts/upload.ts';
import type { QueuedFile } from '../plan-request.ts';
import type { FileHasher } from './file-hasher.ts';

/** The hashing of one large file, which goes on beside its sending, over losses and pauses. */
export interface HashJob {
  /** Null when this browser cannot. Rejects with FileChanged. */
  readonly digest: Promise<FileDigest | null>;
  readonly isDone: () => boolean;
  /** Tells of every sign of life. @returns what ends it */
  watch(advanced: () => void): () => void;
}

export interface HashJobs {
  /** The job of a file; it begins when it is asked for the first time. */
  of(queued: QueuedFile): HashJob;
  /** The next one to ask gets a new job: what was read was perhaps not what was sent. */
  drop(id: string): void;
  /** Ends the jobs of files that are not wanted any more. */
  sweep(isWanted: (id: string) => boolean): void;
}

export function createHashJobs(hasher: Pick<FileHasher, 'hash'>): HashJobs {
  const jobs = new Map<string, { readonly job: HashJob; readonly stop: AbortController }>();

  function begin(file: File, signal: AbortSignal): HashJob {
    const watchers = new Set<() => void>();
    let done = false;
    const digest = hasher.hash(file, () => { for (const advanced of watchers) advanced(); }, signal);
    // Whoever waits for it gets the error; nobody may.
    digest.catch(() => undefined).finally(() => { done = true; });
    return {
      digest,
      isDone: () => done,
      watch(advanced) {
        watchers.add(advanced);
        return () => { watchers.delete(advanced); };
      },
    };
  }

  function drop(id: string): void {
    jobs.get(id)?.stop.abort();
    jobs.delete(id);
  }

  return {
    drop,
    of({ id, file }) {
      const known = jobs.get(id);
      if (known !== undefined) return known.job;
      const stop = new AbortController();
      const job = begin(file, stop.signal);
      jobs.set(id, { job, stop });
      // Who tries again reads again.
      job.digest.catch(() => { if (jobs.get(id)?.job === job) jobs.delete(id); });
      return job;
    },
    sweep(isWanted) {
      for (const id of jobs.keys()) if (!isWanted(id)) drop(id);
    },
  };
}
