import type { UploadRecord } from '../../server/contracts/upload.ts';
import { ServerUnreachable } from '../api/api-failure.ts';
import { FileChanged } from './file-changed.ts';
import type { FileFates } from './file-fates.ts';
import { planRequest, type PlannedRequest, type RequestLimits } from './plan-request.ts';
import { createRequestSlots } from './request-slots.ts';
import type { FormRoad } from './form-road.ts';
import type { Road } from './road.ts';
import type { SendList } from './send-list.ts';
import { FORM_STALL_MS, RESUMABLE_STALL_MS, watchForStall, type StallWatch } from './stall-watch.ts';

/** A browser opens six connections to one host over HTTP/1.1; polling, cancelling and a second tab need the rest. */
const PARALLEL_REQUESTS = 3;
/** One connection is always free for small files. */
const PARALLEL_LARGE = PARALLEL_REQUESTS - 1;
/** One more is read and hashed while the others travel. */
const PREPARED_REQUESTS = 1;
/** A request that has been silent for so long when the person returns may talk over a dead connection. */
const DOUBT_MS = 4000;

interface Running {
  readonly stop: AbortController;
  readonly watch: StallWatch;
}

/** The requests that bring files to the server, a few at a time. */
export interface RequestRuns {
  /** Starts what may start. */
  pump(): void;
  /** Prepares what may start once these are announced. @returns what ends that */
  prepare(ids: readonly string[]): () => void;
  /** Takes in what the server says of files. */
  heard(records: readonly UploadRecord[]): void;
  /** Breaks off requests of which no file is wanted any more. */
  abortEmpty(): void;
  /** Breaks off requests that stay silent, so that the server is asked. */
  doubt(): void;
  stop(): void;
}

interface RequestRunsOptions {
  readonly small: FormRoad;
  readonly large: Road;
  readonly list: SendList;
  readonly fates: FileFates;
  readonly life: AbortSignal;
  readonly limits: () => RequestLimits;
  readonly changed: () => void;
}

export function createRequestRuns({ small, large, list, fates, life, limits, changed }: RequestRunsOptions): RequestRuns {
  const running = new Map<PlannedRequest, Running>();
  const slots = createRequestSlots(PARALLEL_REQUESTS);

  function pump(): void {
    while (running.size < PARALLEL_REQUESTS + PREPARED_REQUESTS && !life.aborted) {
      const taken = new Set([...running.keys()].flatMap(({ files }) => files.map(({ id }) => id)));
      const queue = list.queued(list.idsIn('queued').filter((id) => list.isWaiting(id) && !taken.has(id)));
      const largeRunning = [...running.keys()].filter((request) => request.large).length;
      const request = planRequest(queue, limits(), largeRunning < PARALLEL_LARGE);
      if (request === null) break;
      void run(request);
    }
    changed();
  }

  async function run(request: PlannedRequest): Promise<void> {
    const stop = new AbortController();
    const watch = watchForStall(request.large ? RESUMABLE_STALL_MS : FORM_STALL_MS, () => { stop.abort(new ServerUnreachable('The request hangs')); });
    const { signal } = stop;
    running.set(request, { stop, watch });
    const ids = request.files.map(({ id }) => id);
    let giveBack = (): void => undefined;
    try {
      await (request.large ? large : small).send(request, {
        signal, watch,
        breakOff(error) { stop.abort(error); },
        async connect() {
          watch.rest();
          giveBack = await slots.take(signal);
          watch.alive();
        },
      });
    } catch (error) {
      if (error instanceof FileChanged) fates.failChanged(ids);
      // Called off because none of its files is wanted now: nothing is lost then.
      else if (!signal.aborted || error instanceof ServerUnreachable) fates.lose(ids, error);
    } finally {
      watch.stop();
      running.delete(request);
      giveBack();
    }
    pump();
  }

  return {
    pump,
    prepare(ids) {
      let queue = list.queued(ids);
      for (let count = 0; count < PARALLEL_REQUESTS; count += 1) {
        const request = planRequest(queue, limits(), false);
        if (request === null) break;
        small.prepare(request.files);
        const taken = new Set(request.files);
        queue = queue.filter((queued) => !taken.has(queued));
      }
      return small.forgetPrepared;
    },
    heard(records) {
      if (running.size === 0) return;
      const news = new Map(records.map((record) => [record.id, record]));
      for (const [{ files }, { watch }] of running) {
        for (const { id } of files) {
          const record = news.get(id);
          if (record !== undefined) watch.heard(record);
        }
      }
    },
    abortEmpty() {
      for (const [{ files }, { stop }] of running) if (!files.some(({ id }) => list.isMoving(id))) stop.abort();
    },
    doubt() {
      for (const { watch } of running.values()) watch.doubt(DOUBT_MS);
    },
    stop() {
      for (const { stop, watch } of running.values()) {
        watch.stop();
        stop.abort();
      }
    },
  };
}
