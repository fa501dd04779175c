import type { DuplicatePolicy } from '../../server/contracts/duplicates.ts';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import type { Client } from '../api/client.ts';
import { createAnnouncing } from './announcing.ts';
import { createDuplicateChoices } from './duplicate-choices.ts';
import { createFileFates } from './file-fates.ts';
import { createForgetting } from './forget-on-server.ts';
import { createFormRoad } from './form-road.ts';
import type { FileHasher } from './hash/file-hasher.ts';
import { createHashJobs } from './hash/hash-jobs.ts';
import type { PickedFile } from './picked-file.ts';
import type { PieceKind } from './piece-kind.ts';
import { SMALL_FILE_BYTES } from './plan-request.ts';
import { createRecovery } from './recovery.ts';
import { createRequestRuns } from './request-runs.ts';
import { canRetry, type SendItem } from './send-item.ts';
import { createSendList } from './send-list.ts';
import { createTusRoad } from './tus-road.ts';
import { listUnfinished, type AdoptedFile, type UnfinishedFile } from './unfinished-file.ts';

export interface Sender {
  /** In the order in which they were added. */
  readonly items: ReadonlyMap<string, SendItem>;
  add(files: readonly PickedFile[]): void;
  /** Goes on at once with files that an earlier load of the page was sending, under their ids of then. */
  adopt(files: readonly AdoptedFile[]): void;
  /** Sends everything that is ready, as one batch. */
  sendReady(): void;
  /** Sends again what failed or was cancelled, and goes on with what is paused. */
  retry(ids: readonly string[]): void;
  /** Holds files back; the server keeps what it has of them. A small one that is already travelling is let finish. */
  pause(ids: readonly string[]): void;
  /** Goes on with what is paused. */
  unpause(ids: readonly string[]): void;
  /** Stops what is on its way; what was already stored stays. */
  cancel(ids: readonly string[]): void;
  /** Forgets files that are not on their way. */
  remove(ids: readonly string[]): void;
  /** Takes in what a poll brought. */
  learn(records: readonly UploadRecord[]): void;
  /** The connection may be gone: requests that stay silent from now on are broken off, and the server is asked. */
  doubt(): void;
  /** Goes on at once after a loss: the network, the person or the permission is back. */
  resume(): void;
  /** When it tries again after a loss, by `Date.now()`; null when no try is planned. */
  nextTryAtMs(): number | null;
  /** What a page must note to go on with it after a reload; it changes with `items`. */
  unfinished(): readonly UnfinishedFile[];
  stop(): void;
}

interface SenderOptions {
  readonly client: Client;
  readonly hasher: FileHasher;
  readonly pieces: PieceKind;
  /** What the person wants for names that exist already; null: what is usual on the server. */
  readonly duplicates: () => DuplicatePolicy | null;
  /** Called after every change of `items`, and so many times in a row. */
  readonly changed: () => void;
}

/** Brings picked files to the server and keeps each one's outcome. */
export function createSender({ client, hasher, pieces, duplicates: wanted, changed }: SenderOptions): Sender {
  const life = new AbortController();
  const list = createSendList();
  const forgetting = createForgetting(client, life.signal);
  const recovery = createRecovery(() => { start(list.idsIn('reconnecting'), true); });
  const fates = createFileFates({
    list, recovery, life: life.signal,
    startOver(ids) {
      for (const id of ids) hashes.drop(id);
      void announcing.enqueue(ids);
    },
    useless(ids) { void dropOnServer(ids); },
  });
  const duplicates = createDuplicateChoices(wanted);
  const announcing = createAnnouncing({
    client, list, fates, recovery, life: life.signal, duplicates,
    digestOf: (file) => hashes.of(file).digest,
    advanced() { runs.pump(); },
    unwanted(ids) { void dropOnServer(ids); },
  });
  const hashes = createHashJobs(hasher);
  const runs = createRequestRuns({
    small: createFormRoad({ client, duplicates, hasher, list, fates, recovery, changed }),
    large: createTusRoad({ client, duplicates, hashes, pieces, list, recovery, changed }),
    list, fates, limits: announcing.limits, life: life.signal, changed,
  });

  /** What has begun is asked for where it stands, all else announced first. */
  function start(ids: readonly string[], lost = false): void {
    const begun = (id: string): boolean => list.items.get(id)?.begun === true;
    list.setState(ids.filter(begun), { kind: 'queued', announced: true, lost });
    void announcing.enqueue(ids.filter((id) => !begun(id)));
  }

  /** The server hears first that files will not come, so that it does not take them for lost. */
  async function dropOnServer(ids: readonly string[]): Promise<void> {
    await forgetting.forget(ids);
    hashes.sweep(list.isOpen);
    runs.abortEmpty();
  }

  function isPaused(id: string): boolean {
    return list.items.get(id)?.state.kind === 'paused';
  }

  return {
    items: list.items,
    add(files) {
      hasher.warmUp();
      list.add(files);
      changed();
    },
    adopt(files) { start(list.adopt(files)); },
    sendReady() {
      const ids = list.batchReady();
      const forget = runs.prepare(ids);
      void announcing.enqueue(ids).finally(forget);
    },
    retry(ids) {
      start(ids.filter((id) => {
        const item = list.items.get(id);
        // The server keeps nothing of what was cancelled, and wants to hear of it again.
        if (item?.state.kind === 'cancelled') list.setGone(id);
        return item !== undefined && (canRetry(item) || isPaused(id));
      }));
    },
    pause(ids) {
      list.setState(ids.filter((id) => {
        const item = list.items.get(id);
        return item !== undefined && list.isMoving(id) && (item.state.kind !== 'sending' || item.picked.file.size >= SMALL_FILE_BYTES);
      }), { kind: 'paused' });
      runs.abortEmpty();
      changed();
    },
    unpause(ids) { start(ids.filter(isPaused)); },
    cancel(ids) {
      const open = ids.filter(list.isOpen);
      list.setState(open, { kind: 'cancelled' });
      void dropOnServer(open);
      changed();
    },
    remove(ids) {
      list.remove(ids.filter((id) => !list.isOpen(id)));
      changed();
    },
    learn(records) {
      void forgetting.catchUp(list.isOpen);
      runs.heard(records);
      for (const record of records) {
        const state = list.items.get(record.id)?.state;
        const stopped = record.state === 'cancelled' && (state?.kind === 'paused' || (state?.kind === 'queued' && state.announced));
        if (state?.kind === 'sending' || stopped || record.state === 'stored') fates.settle(record.id, record);
      }
      hashes.sweep(list.isOpen);
      runs.abortEmpty();
      changed();
    },
    doubt: runs.doubt,
    resume() {
      runs.doubt();
      if (list.idsIn('reconnecting').length > 0) recovery.now();
    },
    nextTryAtMs: recovery.nextAtMs,
    unfinished: () => listUnfinished(list.items.values()),
    stop() {
      life.abort();
      runs.stop();
      hasher.stop();
      recovery.stop();
    },
  };
}
