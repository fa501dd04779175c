import type { FailureCode, FailureReport } from '../../server/contracts/failure.ts';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import { ApiFailure, reportOf, ServerUnreachable } from '../api/api-failure.ts';
import type { Client } from '../api/client.ts';
import { announce, splitAnnouncement } from './announce.ts';
import { checkLimits } from './check-limits.ts';
import { makeId } from './make-id.ts';
import type { PickedFile } from './picked-file.ts';
import { planRequest, type PlannedRequest, type QueuedFile, type RequestLimits } from './plan-request.ts';
import { canRead } from './probe-file.ts';
import { createRecovery } from './recovery.ts';
import { canRetry, isMoving, type SendItem, type SendState } from './send-item.ts';
import { sendRequest } from './send-request.ts';

/** A browser opens six connections to one host over HTTP/1.1; polling, cancelling and thumbnails of a second tab need the rest. */
const PARALLEL_REQUESTS = 3;
/** One connection is always free for small files. */
const PARALLEL_LARGE = PARALLEL_REQUESTS - 1;
/** A form costs more bytes than its files; headers and manifest of a full one stay below this. */
const FORM_OVERHEAD_BYTES = 2 << 20;

/** The connection's fate, not the file's: the sender goes on by itself. */
const CONNECTION_CODES: ReadonlySet<FailureCode> = new Set([
  'UPLOAD_ABORTED', 'UPLOAD_STALLED', 'SENDER_GONE', 'MULTIPART_TRUNCATED', 'REQUEST_TIMEOUT', 'SHUTTING_DOWN', 'TOO_MANY_UPLOADS',
]);
/** The permission's fate: the sender waits until it is told to go on. */
const ACCESS_CODES: ReadonlySet<FailureCode> = new Set(['AUTH_REQUIRED', 'TOKEN_INVALID']);

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
  const items = new Map<string, SendItem>();
  const running = new Map<PlannedRequest, AbortController>();
  const whole = new AbortController();
  let limits: RequestLimits = { maxFiles: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };
  const recovery = createRecovery(() => { void enqueue(idsIn('reconnecting')); });

  function idsIn(kind: SendState['kind']): string[] {
    return [...items.values()].filter(({ state }) => state.kind === kind).map(({ picked }) => picked.id);
  }

  function setState(id: string, state: SendState): void {
    const item = items.get(id);
    if (item !== undefined) items.set(id, { ...item, state });
  }

  function stillMoving(id: string): boolean {
    const item = items.get(id);
    return item !== undefined && isMoving(item);
  }

  function hold(ids: readonly string[], minDelayMs = 0): void {
    const held = ids.filter(stillMoving);
    if (held.length === 0 || whole.signal.aborted) return;
    const again = recovery.schedule(minDelayMs);
    for (const id of held) setState(id, again ? { kind: 'reconnecting' } : { kind: 'failed', failure: reportOf('UPLOAD_ABORTED') });
  }

  function fail(ids: readonly string[], failure: FailureReport): void {
    for (const id of ids.filter(stillMoving)) setState(id, { kind: 'failed', failure });
  }

  /** Takes the server's word for a file. Answers false when that is not an end, or only the connection's. */
  function settle(id: string, record: UploadRecord | undefined): boolean {
    if (record?.state === 'stored') setState(id, { kind: 'stored' });
    else if (!stillMoving(id)) return true;
    else if (record?.state === 'cancelled') setState(id, { kind: 'cancelled' });
    else if (record?.state === 'failed' && record.failure !== undefined && !CONNECTION_CODES.has(record.failure.code)) {
      setState(id, { kind: 'failed', failure: record.failure });
    } else return false;
    return true;
  }

  function refuse(ids: readonly string[], error: unknown): void {
    if (whole.signal.aborted) return;
    if (error instanceof ServerUnreachable) hold(ids);
    else if (error instanceof ApiFailure && ACCESS_CODES.has(error.report.code)) {
      for (const id of ids.filter(stillMoving)) setState(id, { kind: 'reconnecting' });
    } else if (error instanceof ApiFailure && CONNECTION_CODES.has(error.report.code)) hold(ids, error.retryAfterMs ?? 0);
    else if (error instanceof ApiFailure) fail(ids, error.report);
    else throw error;
  }

  /** Asks what the server takes, refuses what is hopeless, announces the rest and starts. */
  async function enqueue(ids: readonly string[]): Promise<void> {
    for (const id of ids) setState(id, { kind: 'queued', announced: false });
    changed();
    const files = ids.flatMap((id): QueuedFile[] => {
      const item = items.get(id);
      return item === undefined || item.batch === null ? [] : [{ ...item.picked, batch: item.batch }];
    });
    if (files.length === 0) return;
    try {
      const server = await client.call('GET /api/server', { signal: whole.signal });
      limits = {
        maxFiles: server.limits.maxFilesPerRequest,
        maxBytes: (server.limits.maxRequestBytes ?? Number.POSITIVE_INFINITY) - FORM_OVERHEAD_BYTES,
      };
      const refused = checkLimits(files, server);
      for (const [id, failure] of refused) fail([id], failure);
      for (const part of splitAnnouncement(files.filter(({ id }) => !refused.has(id)))) {
        const known = await announce(client, part, whole.signal);
        recovery.succeeded();
        for (const { id } of part) takeAnnounced(id, known.get(id));
        pump();
      }
    } catch (error) {
      refuse(ids.filter((id) => {
        const state = items.get(id)?.state;
        return state?.kind === 'queued' && !state.announced;
      }), error);
    }
    changed();
  }

  function takeAnnounced(id: string, record: UploadRecord | undefined): void {
    if (!stillMoving(id)) {
      // Cancelled while it was being announced.
      void dropOnServer([id]);
      return;
    }
    if (settle(id, record)) return;
    // Still being received: the server has not noticed yet that an earlier connection is gone.
    if (record?.state === 'receiving' || record?.state === 'finishing') hold([id]);
    else setState(id, { kind: 'queued', announced: true });
  }

  function pump(): void {
    while (running.size < PARALLEL_REQUESTS && !whole.signal.aborted) {
      const queue = [...items.values()].flatMap(({ picked, batch, state }): QueuedFile[] =>
        (batch !== null && state.kind === 'queued' && state.announced ? [{ ...picked, batch }] : []));
      const largeRunning = [...running.keys()].filter(({ large }) => large).length;
      const request = planRequest(queue, limits, largeRunning < PARALLEL_LARGE);
      if (request === null) break;
      void run(request);
    }
    changed();
  }

  async function run(request: PlannedRequest): Promise<void> {
    const stop = new AbortController();
    running.set(request, stop);
    const ids = request.files.map(({ id }) => id);
    for (const id of ids) setState(id, { kind: 'sending' });
    try {
      const outcome = await sendRequest(client, request, stop.signal);
      recovery.succeeded();
      hold(ids.filter((id) => !settle(id, outcome.get(id))));
    } catch (error) {
      if (!stop.signal.aborted) {
        if (error instanceof ServerUnreachable) await failUnreadable(request);
        refuse(ids, error);
      }
    } finally {
      running.delete(request);
    }
    pump();
  }

  async function failUnreadable(request: PlannedRequest): Promise<void> {
    for (const { id, file } of request.files) {
      // The browser keeps refusing a file that changed since it was picked; only picking it again helps.
      if (stillMoving(id) && !await canRead(file)) fail([id], { ...reportOf('FILE_CHANGED'), retryable: false });
    }
  }

  function abortEmptyRequests(): void {
    for (const [request, stop] of running) if (!request.files.some(({ id }) => stillMoving(id))) stop.abort();
  }

  async function dropOnServer(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await client.call('DELETE /api/uploads/:id', { params: { id }, signal: whole.signal });
      } catch (error) {
        // Unknown there, or nobody to tell: ending the request below, or the server's own watch, has the same effect.
        if (!(error instanceof ApiFailure || error instanceof ServerUnreachable) && !whole.signal.aborted) throw error;
      }
    }
    abortEmptyRequests();
  }

  return {
    items,
    add(files) {
      for (const picked of files) items.set(picked.id, { picked, batch: null, state: { kind: 'ready' } });
      changed();
    },
    sendReady() {
      const batch = makeId();
      const ids = idsIn('ready');
      for (const id of ids) {
        const item = items.get(id);
        if (item !== undefined) items.set(id, { ...item, batch });
      }
      void enqueue(ids);
    },
    retry(ids) {
      void enqueue(ids.filter((id) => {
        const item = items.get(id);
        return item !== undefined && canRetry(item);
      }));
    },
    cancel(ids) {
      const moving = ids.filter(stillMoving);
      const known = moving.filter((id) => items.get(id)?.batch !== null);
      for (const id of moving) setState(id, { kind: 'cancelled' });
      void dropOnServer(known);
      changed();
    },
    remove(ids) {
      for (const id of ids) if (!stillMoving(id)) items.delete(id);
      changed();
    },
    learn(records) {
      for (const record of records) {
        const state = items.get(record.id)?.state;
        if (state?.kind === 'sending' || record.state === 'stored') settle(record.id, record);
      }
      abortEmptyRequests();
      changed();
    },
    resume() {
      if (idsIn('reconnecting').length > 0) recovery.now();
    },
    stop() {
      whole.abort();
      for (const stop of running.values()) stop.abort();
      recovery.stop();
    },
  };
}
