import type { UploadRecord } from '../../server/contracts/upload.ts';
import { ApiFailure, reportOf, ServerUnreachable } from '../api/api-failure.ts';
import type { Client } from '../api/client.ts';
import { announce, splitAnnouncement } from './announce.ts';
import { checkLimits } from './check-limits.ts';
import { endOf, lossOf } from './outcome.ts';
import type { PickedFile } from './picked-file.ts';
import { planRequest, type PlannedRequest, type RequestLimits } from './plan-request.ts';
import { canRead } from './probe-file.ts';
import { createRecovery } from './recovery.ts';
import { canRetry, type SendItem } from './send-item.ts';
import { createSendList } from './send-list.ts';
import { sendRequest } from './send-request.ts';
import { watchForStall, type StallWatch } from './stall-watch.ts';

/** A browser opens six connections to one host over HTTP/1.1; polling, cancelling and a second tab need the rest. */
const PARALLEL_REQUESTS = 3;
/** One connection is always free for small files. */
const PARALLEL_LARGE = PARALLEL_REQUESTS - 1;
/** A form costs more bytes than its files; headers and manifest of a full one stay below this. */
const FORM_OVERHEAD_BYTES = 2 << 20;

interface Run {
  readonly stop: AbortController;
  readonly watch: StallWatch;
}

export interface Sender {
  /** In the order in which they were added. */
  readonly items: ReadonlyMap<string, SendItem>;
  add(files: readonly PickedFile[]): void;
  /** Sends everything that is ready, as one batch. */
  sendReady(): void;
  retry(ids: readonly string[]): void;
  /** Stops what is on its way; what was already stored stays. */
  cancel(ids: readonly string[]): void;
  /** Forgets files that are not on their way. */
  remove(ids: readonly string[]): void;
  /** Takes in what a poll brought. */
  learn(records: readonly UploadRecord[]): void;
  /** Goes on at once after a loss: the network, the person or the permission is back. */
  resume(): void;
  stop(): void;
}

/** Brings picked files to the server and keeps each one's outcome. @param changed called after every change of `items` */
export function createSender(client: Client, changed: () => void): Sender {
  const list = createSendList();
  const running = new Map<PlannedRequest, Run>();
  const life = new AbortController();
  const recovery = createRecovery(() => { void enqueue(list.idsIn('reconnecting')); });
  let limits: RequestLimits = { maxFiles: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };

  /** Asks what the server takes, refuses what is hopeless, announces the rest and starts. */
  async function enqueue(ids: readonly string[]): Promise<void> {
    list.setState(ids, { kind: 'queued', announced: false });
    changed();
    const files = list.queued(ids);
    if (files.length === 0) return;
    try {
      const server = await client.call('GET /api/server', { signal: life.signal });
      const { maxFilesPerRequest: maxFiles, maxRequestBytes } = server.limits;
      limits = { maxFiles, maxBytes: (maxRequestBytes ?? Number.POSITIVE_INFINITY) - FORM_OVERHEAD_BYTES };
      const refused = checkLimits(files, server);
      for (const [id, failure] of refused) list.setState([id].filter(list.isMoving), { kind: 'failed', failure });
      for (const part of splitAnnouncement(files.filter(({ id }) => !refused.has(id)))) {
        const known = await announce(client, part, life.signal);
        recovery.succeeded();
        for (const { id } of part) takeAnnounced(id, known.get(id));
        pump();
      }
    } catch (error) {
      takeLoss(ids.filter(isUnannounced), error);
    }
    changed();
  }

  function isUnannounced(id: string): boolean {
    const state = list.items.get(id)?.state;
    return state?.kind === 'queued' && !state.announced;
  }

  function takeAnnounced(id: string, record: UploadRecord | undefined): void {
    // Cancelled while it was being announced: now the server knows it and must forget it again.
    if (!list.isMoving(id)) void dropOnServer([id]);
    // Still being received: the server has not noticed yet that an earlier connection is gone.
    else if (record?.state === 'receiving' || record?.state === 'finishing') hold([id], 0);
    else if (!settle(id, record)) list.setState([id], { kind: 'queued', announced: true });
  }

  /** Takes the server's word for a file. Answers false when the file has not ended. */
  function settle(id: string, record: UploadRecord | undefined): boolean {
    const end = endOf(record);
    // A file that was cancelled too late is stored all the same, and must not be called anything else.
    if (end?.kind === 'stored' || (end !== null && list.isMoving(id))) list.setState([id], end);
    return !list.isMoving(id);
  }

  function hold(ids: readonly string[], minDelayMs: number): void {
    if (ids.length === 0) return;
    list.setState(ids, recovery.schedule(minDelayMs) ? { kind: 'reconnecting' } : { kind: 'failed', failure: reportOf('UPLOAD_ABORTED') });
  }

  /** What becomes of files whose request ended in an error. */
  function takeLoss(ids: readonly string[], error: unknown): void {
    if (life.signal.aborted) return;
    const lost = ids.filter(list.isMoving);
    // Until it is known better: an error nobody has a name for must not leave files on their way for ever.
    list.setState(lost, { kind: 'failed', failure: reportOf('INTERNAL') });
    const loss = lossOf(error);
    switch (loss.kind) {
      case 'connection': hold(lost, loss.waitMs); break;
      case 'access': list.setState(lost, { kind: 'reconnecting' }); break;
      // Announced before the code changed: they belong to who we were then.
      case 'ids-taken': void enqueue(list.renew(lost)); break;
      case 'refused': list.setState(lost, { kind: 'failed', failure: loss.failure }); break;
      default: loss satisfies never;
    }
  }

  function pump(): void {
    while (running.size < PARALLEL_REQUESTS && !life.signal.aborted) {
      const queue = list.queued(list.idsIn('queued').filter((id) => !isUnannounced(id)));
      const largeRunning = [...running.keys()].filter(({ large }) => large).length;
      const request = planRequest(queue, limits, largeRunning < PARALLEL_LARGE);
      if (request === null) break;
      void run(request);
    }
    changed();
  }

  async function run(request: PlannedRequest): Promise<void> {
    const stop = new AbortController();
    const watch = watchForStall(() => { stop.abort(new ServerUnreachable('The request hangs')); });
    running.set(request, { stop, watch });
    const ids = request.files.map(({ id }) => id);
    list.setState(ids, { kind: 'sending' });
    try {
      const outcome = await sendRequest(client, request, stop.signal);
      recovery.succeeded();
      hold(ids.filter((id) => !settle(id, outcome.get(id))), 0);
    } catch (error) {
      // Called off because all its files are cancelled: nothing is lost then.
      if (!stop.signal.aborted || error instanceof ServerUnreachable) {
        if (error instanceof ServerUnreachable) await failUnreadable(request);
        takeLoss(ids, error);
      }
    } finally {
      watch.stop();
      running.delete(request);
    }
    pump();
  }

  async function failUnreadable({ files }: PlannedRequest): Promise<void> {
    // The browser keeps refusing a file that changed since it was picked; only picking it again helps.
    const failure = { ...reportOf('FILE_CHANGED'), retryable: false };
    for (const { id, file } of files) if (!await canRead(file)) list.setState([id].filter(list.isMoving), { kind: 'failed', failure });
  }

  function abortEmptyRequests(): void {
    for (const [request, { stop }] of running) if (!request.files.some(({ id }) => list.isMoving(id))) stop.abort();
  }

  async function dropOnServer(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await client.call('DELETE /api/uploads/:id', { params: { id }, signal: life.signal });
      } catch (error) {
        // Unknown there, or nobody to tell: ending the request below, or the server's own watch, has the same effect.
        if (!(error instanceof ApiFailure || error instanceof ServerUnreachable) && !life.signal.aborted) throw error;
      }
    }
    abortEmptyRequests();
  }

  return {
    items: list.items,
    add(files) {
      list.add(files);
      changed();
    },
    sendReady() { void enqueue(list.batchReady()); },
    retry(ids) {
      void enqueue(ids.filter((id) => {
        const item = list.items.get(id);
        return item !== undefined && canRetry(item);
      }));
    },
    cancel(ids) {
      const moving = ids.filter(list.isMoving);
      list.setState(moving, { kind: 'cancelled' });
      void dropOnServer(moving);
      changed();
    },
    remove(ids) {
      list.remove(ids.filter((id) => !list.isMoving(id)));
      changed();
    },
    learn(records) {
      for (const record of records) {
        for (const [request, { watch }] of running) if (request.files.some(({ id }) => id === record.id)) watch.heard(record);
        const state = list.items.get(record.id)?.state;
        const stopped = state?.kind === 'queued' && state.announced && record.state === 'cancelled';
        if (state?.kind === 'sending' || stopped || record.state === 'stored') settle(record.id, record);
      }
      abortEmptyRequests();
      changed();
    },
    resume() {
      if (list.idsIn('reconnecting').length > 0) recovery.now();
    },
    stop() {
      life.abort();
      for (const { stop, watch } of running.values()) {
        watch.stop();
        stop.abort();
      }
      recovery.stop();
    },
  };
}
