import type { UploadRecord } from '../../server/contracts/upload.ts';
import { reportOf, ServerUnreachable } from '../api/api-failure.ts';
import type { Client } from '../api/client.ts';
import { announce, splitAnnouncement } from './announce.ts';
import { checkLimits } from './check-limits.ts';
import { FileChanged } from './chunk-reader.ts';
import { createForgetting } from './forget-on-server.ts';
import { endOf, lossOf } from './outcome.ts';
import type { PickedFile } from './picked-file.ts';
import { planRequest, type PlannedRequest, type QueuedFile, type RequestLimits } from './plan-request.ts';
import { canRead } from './probe-file.ts';
import { createRecovery } from './recovery.ts';
import { canRetry, type SendItem } from './send-item.ts';
import { createSendList } from './send-list.ts';
import { sendRequest } from './send-request.ts';
import { FORM_STALL_MS, RESUMABLE_STALL_MS, watchForStall, type StallWatch } from './stall-watch.ts';
import { sendByTus } from './tus-upload.ts';

/** A browser opens six connections to one host over HTTP/1.1; polling, cancelling and a second tab need the rest. */
const PARALLEL_REQUESTS = 3;
/** One connection is always free for small files. */
const PARALLEL_LARGE = PARALLEL_REQUESTS - 1;
/** A server that has got nothing for so long when the person returns may be talked to over a dead connection. */
const QUIET_MS = 4000;
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
  /** When it tries again after a loss, by `Date.now()`; null when no try is planned. */
  nextTryAtMs(): number | null;
  stop(): void;
}

/** Brings picked files to the server and keeps each one's outcome. @param changed called after every change of `items` */
export function createSender(client: Client, changed: () => void): Sender {
  const list = createSendList();
  const running = new Map<PlannedRequest, Run>();
  /** Files of which the server holds what has arrived. */
  const begun = new Set<string>();
  const life = new AbortController();
  const forgetting = createForgetting(client, life.signal);
  const recovery = createRecovery(() => { start(list.idsIn('reconnecting')); });
  let limits: RequestLimits = { maxFiles: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };

  /** What has begun is asked for where it stands, all else announced first. */
  function start(ids: readonly string[]): void {
    list.setState(ids.filter((id) => begun.has(id)), { kind: 'queued', announced: true });
    pump();
    void enqueue(ids.filter((id) => !begun.has(id)));
  }

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
    const endless = ids.some((id) => begun.has(id));
    list.setState(ids, recovery.schedule(minDelayMs, endless) ? { kind: 'reconnecting' } : { kind: 'failed', failure: reportOf('UPLOAD_ABORTED') });
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
      case 'cancelled': list.setState(lost, { kind: 'cancelled' }); break;
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
    const watch = watchForStall(request.large ? RESUMABLE_STALL_MS : FORM_STALL_MS, () => { stop.abort(new ServerUnreachable('The request hangs')); });
    running.set(request, { stop, watch });
    const ids = request.files.map(({ id }) => id);
    list.setState(ids, { kind: 'sending', resuming: ids.some((id) => begun.has(id)) });
    try {
      if (request.large) for (const queued of request.files) await sendLarge(queued, stop.signal, watch);
      else await sendSmall(request, stop.signal);
    } catch (error) {
      if (error instanceof FileChanged) await failChanged(ids);
      // Called off because all its files are cancelled: nothing is lost then.
      else if (!stop.signal.aborted || error instanceof ServerUnreachable) {
        if (error instanceof ServerUnreachable) await failUnreadable(request);
        takeLoss(ids, error);
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
    hold(request.files.flatMap(({ id }) => (settle(id, outcome.get(id)) ? [] : [id])), 0);
  }

  async function sendLarge(queued: QueuedFile, signal: AbortSignal, watch: StallWatch): Promise<void> {
    const { id } = queued;
    let most: number | null = null;
    await sendByTus(queued, {
      tus: client.tus, begun: begun.has(id), signal,
      advanced(offset) {
        begun.add(id);
        watch.heard({ state: 'receiving' });
        // That the server answers is no success yet: a line may break at every chunk.
        if (most !== null && offset > most) recovery.succeeded();
        most = Math.max(most ?? 0, offset);
        list.setState([id].filter(list.isMoving), { kind: 'sending', resuming: false });
        changed();
      },
    });
    begun.delete(id);
    list.setState([id], { kind: 'stored' });
  }

  async function failUnreadable({ files }: PlannedRequest): Promise<void> {
    for (const { id, file } of files) if (!await canRead(file)) await failChanged([id]);
  }

  /** The browser keeps refusing a file that changed since it was picked; only picking it again helps. */
  async function failChanged(ids: readonly string[]): Promise<void> {
    const held = ids.filter((id) => begun.delete(id));
    list.setState(ids.filter(list.isMoving), { kind: 'failed', failure: { ...reportOf('FILE_CHANGED'), retryable: false } });
    // What had arrived of it is of no use to anybody.
    await dropOnServer(held);
  }

  function abortEmptyRequests(): void {
    for (const [request, { stop }] of running) if (!request.files.some(({ id }) => list.isMoving(id))) stop.abort();
  }

  async function dropOnServer(ids: readonly string[]): Promise<void> {
    await forgetting.forget(ids);
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
      start(ids.filter((id) => {
        const item = list.items.get(id);
        // The server keeps nothing of what was cancelled, and wants to hear of it again.
        if (item?.state.kind === 'cancelled') begun.delete(id);
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
      void forgetting.catchUp(list.isMoving);
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
      for (const [{ large }, { stop, watch }] of running) {
        if (large && watch.quietMs() > QUIET_MS) stop.abort(new ServerUnreachable('The connection may be dead'));
      }
      if (list.idsIn('reconnecting').length > 0) recovery.now();
    },
    nextTryAtMs: recovery.nextAtMs,
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
