import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { DuplicatePolicy } from '../contracts/duplicates.ts';
import type { AnnouncedFile, Sender, UploadRecord, UploadState } from '../contracts/upload.ts';
import { asFailure, Failure } from '../failure.ts';
import { joinSignals } from './join-signals.ts';
import type { BatchProgress } from './progress/batch-progress.ts';
import { sizeFailure } from './space/file-system-limit.ts';
import { receiveFile, type ArrivedFile } from './incoming-file.ts';
import { failedRecord, isUnderWay, type Ledger } from './queue/ledger.ts';
import { newRecord } from './queue/new-record.ts';
import type { Placement } from './naming/placement.ts';
import type { UploadFolder } from './folder/upload-folder.ts';
import type { StoredRecord } from './queue/stored-record.ts';
import type { Recollect } from './recollect.ts';
import { lockUnlessFull, underLock } from './resumable/upload-lock.ts';

/** One file of a form, about to come. */
export interface FileOrder {
  readonly sender: Sender;
  readonly batch: string;
  readonly rawName: string;
  readonly announced: AnnouncedFile | undefined;
  readonly stream: Readable;
  /** Ends it early; the reason is a Failure. */
  readonly signal: AbortSignal;
  readonly progress: BatchProgress;
  /** For names that exist already; undefined: what was announced, or what is usual. */
  readonly duplicates: DuplicatePolicy | undefined;
}

/** Of which it is known what is to become of a name that exists. */
type DecidedOrder = FileOrder & { readonly duplicates: DuplicatePolicy };

/** What became of a file's bytes: an end, or all here and waiting for the word to become visible. */
export type Arrival =
  | { readonly kind: 'ended'; readonly record: UploadRecord }
  | {
      readonly kind: 'arrived';
      readonly publish: () => Promise<UploadRecord>;
      readonly discard: (failure: Failure) => Promise<UploadRecord>;
    };

interface Reception {
  readonly ledger: Ledger;
  readonly folder: UploadFolder;
  readonly recollect: Recollect;
  readonly maxFileBytes: number;
}

/** Takes in one file. Never rejects: what goes wrong is the file's outcome. */
export async function receiveUpload(order: DecidedOrder, reception: Reception): Promise<Arrival> {
  const { announced, sender, batch, rawName } = order;
  const { ledger, maxFileBytes } = reception;
  const id = announced?.id ?? randomUUID();
  // Before anything gives way: the announcement that belongs to this file has just been refused.
  const isRefused = announced !== undefined && ledger.queue.get(id)?.state === 'failed';
  if (announced !== undefined) await reception.recollect([id]);
  const known = await giveWay(id, sender, ledger);
  const placed = newRecord({ id, batch, sender, rawName: announced?.name ?? rawName, announced }, reception.folder.mostNameBytes, known?.createdAtMs ?? Date.now());

  const refuse = (record: UploadRecord): Arrival => {
    order.stream.resume();
    return { kind: 'ended', record };
  };
  // Not put into the ledger: that id's record is another upload's.
  if (known !== undefined && (known.sender.id !== sender.id || isUnderWay(known))) {
    return refuse(failedRecord(placed.record, new Failure('UPLOAD_ID_IN_USE')));
  }
  if (known?.state === 'stored' || known?.state === 'cancelled') return refuse(known);
  if (!placed.ok) return refuse(ledger.fail(placed.record, placed.failure));
  if (isRefused && known !== undefined) return refuse(known);
  const tooLarge = announced === undefined ? null : sizeFailure(announced.size, maxFileBytes, reception.folder.maxFileBytes);
  if (tooLarge !== null) return refuse(ledger.fail(placed.record, tooLarge));
  return receivePlaced(order, placed.placement, ledger.put({ ...placed.record, state: 'receiving' }), reception);
}

/**
 * What is known of an upload once an older sending of it has ended. Its sender gave that one up, and the server may not know it yet: a
 * browser repeats a form at once whose connection broke, and a line can be dead for long before anybody notices. What has all its bytes
 * is stored; what has not, ends.
 */
async function giveWay(id: string, sender: Sender, ledger: Ledger): Promise<UploadRecord | undefined> {
  const older = ledger.queue.get(id);
  if (older?.sender.id === sender.id && older.state === 'finishing') await ledger.running.over(id);
  else if (older?.sender.id === sender.id && ledger.running.has(id)) await ledger.running.end(id, new Failure('UPLOAD_ABORTED'));
  return ledger.recall(id);
}

async function receivePlaced(order: DecidedOrder, placement: Placement, start: UploadRecord, reception: Reception): Promise<Arrival> {
  const { ledger, folder } = reception;
  const maxBytes = Math.min(reception.maxFileBytes, folder.maxFileBytes ?? Number.POSITIVE_INFINITY);
  const running = ledger.running.begin(start.id);
  const { signal, release } = joinSignals([running.signal, order.signal]);
  // A file that stands for itself and is all here needs its connection no more.
  const lastWord = order.announced === undefined ? signal : running.signal;
  let record = start;

  const over = (): void => {
    release();
    running.over();
  };
  const end = (error: unknown): UploadRecord => {
    record = ledger.fail(record, asFailure(error));
    over();
    return record;
  };
  const follow = (received: number, state: UploadState): void => {
    record = ledger.put({ ...record, received, state, changedAtMs: Date.now() });
    order.progress.received(record.id, received);
  };
  const listener = {
    onReceived: (received: number): void => follow(received, 'receiving'),
    onFinishing: (received: number): void => follow(received, 'finishing'),
  };

  let arrived: ArrivedFile;
  try {
    const told = order.announced?.digest ?? ledger.told.get(record.id);
    arrived = await receiveFile(order.stream, { folder, placement, record, told, maxBytes, signal, lastWord, listener });
  } catch (error) {
    // Found out on the way, of a file that nobody announced: it is for the disk or for the owner to say how large one may be.
    const tooLarge = asFailure(error).code === 'FILE_TOO_LARGE' ? sizeFailure(maxBytes + 1, reception.maxFileBytes, folder.maxFileBytes) : null;
    return { kind: 'ended', record: end(tooLarge ?? error) };
  }

  let outcome: Promise<UploadRecord> | undefined;
  const discard = async (failure: unknown): Promise<UploadRecord> => {
    // What cannot be removed now is cleared at the next start; the upload has failed all the same.
    await arrived.discard().catch(() => undefined);
    return end(failure);
  };
  const publish = async (): Promise<UploadRecord> => {
    try {
      const stored = await withoutTwin(order, reception, async (twin) => {
        if (twin === undefined) return ledger.store(record, await arrived.publish(record, { policy: order.duplicates, batch: order.batch }), arrived.digest);
        await arrived.discard();
        if (twin.sender.id !== record.sender.id) throw new Failure('UPLOAD_ID_IN_USE');
        return ledger.adopt(twin, folder.path);
      });
      over();
      return stored;
    } catch (error) {
      await arrived.discard();
      return end(error);
    }
  };
  const decide = (decision: () => Promise<UploadRecord>): Promise<UploadRecord> => (outcome ??= decision());
  // Whoever cancels it does not wait for the rest of the form.
  const giveUp = (): void => void decide(() => discard(lastWord.reason));
  if (lastWord.aborted) giveUp();
  else lastWord.addEventListener('abort', giveUp, { once: true });
  return {
    kind: 'arrived',
    publish: () => decide(publish),
    discard: (failure) => decide(() => discard(failure)),
  };
}

/**
 * Stores an upload while no other process on the folder stores one of its id: a sender whose line broke, or whoever stands between it
 * and us, may have sent it there as well. Of an id that we made ourselves there is no other.
 * @param store told what another process has stored under that id
 */
async function withoutTwin(
  { announced, sender }: FileOrder,
  { folder, ledger }: Reception,
  store: (twin: StoredRecord | undefined) => Promise<UploadRecord>,
): Promise<UploadRecord> {
  if (announced === undefined || !(await folder.neighbours.areThere())) return store(undefined);
  // Before the lock: a stranger must not make anybody let go.
  const begun = await folder.resumables.find(announced.id);
  if (begun && begun.info.sender.id !== sender.id) throw new Failure('UPLOAD_ID_IN_USE');
  return underLock(folder.resumables.lockOf(announced.id), async () => {
    const twins = ledger.wasRemoved(announced.id) ? [] : await folder.storedUnder([announced.id], true);
    return store(twins[0]);
  }, lockUnlessFull);
}
