import type { UploadRecord } from '../../server/contracts/upload.ts';
import { ServerUnreachable } from '../api/api-failure.ts';
import type { Client } from '../api/client.ts';
import { FileChanged } from './chunk-reader.ts';
import type { FileFates } from './file-fates.ts';
import { planRequest, type PlannedRequest, type QueuedFile, type RequestLimits } from './plan-request.ts';
import { canRead } from './probe-file.ts';
import type { Recovery } from './recovery.ts';
import type { SendList } from './send-list.ts';
import { sendRequest } from './send-request.ts';
import { FORM_STALL_MS, RESUMABLE_STALL_MS, watchForStall, type StallWatch } from './stall-watch.ts';
import { sendByTus } from './tus-upload.ts';

/** A browser opens six connections to one host over HTTP/1.1; polling, cancelling and a second tab need the rest. */
const PARALLEL_REQUESTS = 3;
/** One connection is always free for small files. */
const PARALLEL_LARGE = PARALLEL_REQUESTS - 1;
/** A server that has got nothing for so long when the person returns may be talked to over a dead connection. */
const QUIET_MS = 4000;

interface Run {
  readonly stop: AbortController;
  readonly watch: StallWatch;
}

/** The requests that bring files to the server, a few at a time. */
export interface RequestRuns {
  /** Starts what may start. */
  pump(): void;
  /** Takes in what the server says of a file. */
  heard(record: UploadRecord): void;
  /** Breaks off requests of which no file is wanted any more. */
  abortEmpty(): void;
  /** Breaks off requests that have been silent for a while, so that the server is asked. */
  doubt(): void;
  stop(): void;
}

interface RequestRunsOptions {
  readonly client: Client;
  readonly list: SendList;
  readonly fates: FileFates;
  readonly recovery: Recovery;
  readonly life: AbortSignal;
  readonly limits: () => RequestLimits;
  readonly changed: () => void;
}

export function createRequestRuns({ client, list, fates, recovery, life, limits, changed }: RequestRunsOptions): RequestRuns {
  const running = new Map<PlannedRequest, Run>();

  function isReady(id: string): boolean {
    const state = list.items.get(id)?.state;
    return state?.kind === 'queued' && state.announced;
  }

  function pump(): void {
    while (running.size < PARALLEL_REQUESTS && !life.aborted) {
      const queue = list.queued(list.idsIn('queued').filter(isReady));
      const largeRunning = [...running.keys()].filter(({ large }) => large).length;
      const request = planRequest(queue, limits(), largeRunning < PARALLEL_LARGE);
      if (request === null) break;
      void run(request);
    }
    changed();
  }

  async function run(request: PlannedRequest): Promise<void> {
    const stop = new AbortController();
    const watch = watchForStall(request.large ? RESUMABLE_STALL_MS : FORM_STALL_MS, () => { stop.abort(new ServerUnreachable('The request hangs')); });
    running.set(request, { stop, watch });
    const ids = request.files.map(({ id }) => id);
    list.setState(ids, { kind: 'sending', resuming: ids.some((id) => list.items.get(id)?.begun === true) });
    try {
      if (request.large) for (const queued of request.files) await sendLarge(queued, stop.signal, watch);
      else await sendSmall(request, stop.signal);
    } catch (error) {
      if (error instanceof FileChanged) fates.failChanged(ids);
      // Called off because none of its files is wanted now: nothing is lost then.
      else if (!stop.signal.aborted || error instanceof ServerUnreachable) {
        if (error instanceof ServerUnreachable) await failUnreadable(request);
        fates.lose(ids, error);
      }
    } finally {
      watch.stop();
      running.delete(request);
    }
    pump();
  }

  async function sendSmall(request: PlannedRequest, signal: AbortSignal): Promise<void> {
    const outcome = await sendRequest(client, request, signal);
    recovery.succeeded();
    fates.hold(request.files.flatMap(({ id }) => (fates.settle(id, outcome.get(id)) ? [] : [id])), 0);
  }

  async function sendLarge(queued: QueuedFile, signal: AbortSignal, watch: StallWatch): Promise<void> {
    const { id } = queued;
    let most: number | null = null;
    await sendByTus(queued, {
      tus: client.tus, begun: list.items.get(id)?.begun === true, signal,
      advanced(offset) {
        list.setBegun(id, true);
        list.setSentBytes(id, offset);
        watch.heard({ state: 'receiving' });
        // That the server answers is no success yet: a line may break at every chunk.
        if (most !== null && offset > most) recovery.succeeded();
        most = Math.max(most ?? 0, offset);
        list.setState([id].filter(list.isMoving), { kind: 'sending', resuming: false });
        changed();
      },
    });
    list.setBegun(id, false);
    // A poll may have brought its record already, which says more.
    if (list.items.get(id)?.state.kind !== 'stored') list.setState([id], { kind: 'stored', verified: false });
  }

  async function failUnreadable({ files }: PlannedRequest): Promise<void> {
    for (const { id, file } of files) if (!await canRead(file)) fates.failChanged([id]);
  }

  return {
    pump,
    heard(record) {
      for (const [{ files }, { watch }] of running) if (files.some(({ id }) => id === record.id)) watch.heard(record);
    },
    abortEmpty() {
      for (const [{ files }, { stop }] of running) if (!files.some(({ id }) => list.isMoving(id))) stop.abort();
    },
    doubt() {
      for (const [{ large }, { stop, watch }] of running) {
        if (large && watch.quietMs() > QUIET_MS) stop.abort(new ServerUnreachable('The connection may be dead'));
      }
    },
    stop() {
      for (const { stop, watch } of running.values()) {
        watch.stop();
        stop.abort();
      }
    },
  };
}
