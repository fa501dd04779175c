import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Caller } from '../access/access.ts';
import type { Asking } from '../access/asking.ts';
import { MANIFEST_FIELD, PROGRESS_ID_HEADER } from '../contracts/api.ts';
import { DUPLICATES_FIELD, type DuplicatePolicy } from '../contracts/duplicates.ts';
import type { FailureCode } from '../contracts/failure.ts';
import type { AnnouncedFile, Sender, UploadRecord } from '../contracts/upload.ts';
import { asFailure, Failure } from '../failure.ts';
import { joinSignals, type JoinedSignal } from '../uploads/join-signals.ts';
import type { BatchProgress } from '../uploads/progress/batch-progress.ts';
import type { Arrival } from '../uploads/reception.ts';
import type { Hold } from '../uploads/space/space.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import { readForm, type FilePart } from './multipart.ts';
import { isProgressKey, readManifest } from './read-files.ts';
import { announcedBytes, inviteBody } from './request-body.ts';
import { watchForStall } from './stall-timer.ts';
import type { UploadSlots } from './upload-slots.ts';

/** Fewer bytes than this are rather read and dropped than a connection cut. */
const WORTH_CUTTING_BYTES = 8 << 20;

/** At least one character (RFC 2046, section 5.1.1). */
const BOUNDARY = /;\s*boundary=(?:"[^"]+"|[^\s";]+)/iu;

/** What is wrong with one file and says nothing about the others. */
const FILE_FAULTS: ReadonlySet<FailureCode> = new Set<FailureCode>(['FILENAME_INVALID', 'PATH_TOO_DEEP', 'PATH_TOO_LONG', 'FILE_TOO_LARGE', 'FILE_TOO_LARGE_FOR_DISK']);

export interface FormLimits {
  readonly service: UploadService;
  /** Bytes. */
  readonly maxRequestBytes: number;
  readonly stallTimeoutMs: number;
  readonly slots: UploadSlots;
  readonly asking: Asking;
  /** Aborted with a Failure when the server stops. */
  readonly stopping: AbortSignal;
}

/** What became of a form. With a failure, the form itself did not come to its end; files that did stand in `uploads` all the same. */
export interface FormOutcome {
  readonly batch: string;
  readonly uploads: readonly UploadRecord[];
  readonly failure: Failure | null;
}

/**
 * Takes in a form. With a manifest, each file stands for itself and is published as soon as it is complete. Without one, nobody
 * could say later which of the files had arrived, so the form is the unit: they are published together when all of it is here.
 * @param keyFields text fields that may name the batch, besides X-Progress-ID in header and query
 * @throws Failure for what can be refused before the body
 */
export async function takeForm(request: Request, response: Response, caller: Caller, limits: FormLimits, keyFields: readonly string[] = []): Promise<FormOutcome> {
  const totalBytes = requireAcceptable(request, limits);
  limits.asking.require(caller, keyOf(request), totalBytes);
  const leave = limits.slots.take();
  try {
    return await takeAccepted({ request, response, caller, limits, keyFields, totalBytes });
  } finally {
    leave();
  }
}

interface Accepted {
  readonly request: Request;
  readonly response: Response;
  readonly caller: Caller;
  readonly limits: FormLimits;
  readonly keyFields: readonly string[];
  /** Bytes; null when they are not announced. */
  readonly totalBytes: number | null;
}

async function takeAccepted({ request, response, caller, limits, keyFields, totalBytes }: Accepted): Promise<FormOutcome> {
  const hold = totalBytes === null ? null : await limits.service.holdRoom(totalBytes, caller.sender.id);
  try {
    const form = new Form(request, caller, limits, { totalBytes, keyFields, hold });
    inviteBody(request, response);
    return await readAll(form, request, response, limits.stallTimeoutMs);
  } finally {
    hold?.release();
  }
}

async function readAll(form: Form, request: Request, response: Response, stallTimeoutMs: number): Promise<FormOutcome> {
  const stopWatching = watchForStall(request, stallTimeoutMs, () => form.end(new Failure('UPLOAD_STALLED')));
  try {
    await readForm(request, response, form, form.signal);
    return await form.complete();
  } catch (error) {
    return await form.abandon(asFailure(error));
  } finally {
    stopWatching();
    form.leave();
  }
}

/** @returns bytes of the body, null when they are not announced */
function requireAcceptable(request: Request, { maxRequestBytes, stopping }: FormLimits): number | null {
  stopping.throwIfAborted();
  if (!/^multipart\/form-data(?:;|$)/iu.test(request.headers['content-type'] ?? '')) throw new Failure('UNSUPPORTED_MEDIA_TYPE');
  if (!BOUNDARY.test(request.headers['content-type'] ?? '')) throw new Failure('MULTIPART_BOUNDARY_MISSING');
  const bytes = announcedBytes(request);
  if (bytes !== null && bytes > maxRequestBytes) throw new Failure('REQUEST_TOO_LARGE', { limit: maxRequestBytes });
  return bytes;
}

interface FormOptions {
  /** Of the body; null when its sender did not say. */
  readonly totalBytes: number | null;
  /** Text fields that may name the batch. */
  readonly keyFields: readonly string[];
  /** Room for all of it, until its files are announced and have room of their own. */
  readonly hold: Hold | null;
}

class Form {
  readonly signal: AbortSignal;
  readonly #ending = new AbortController();
  readonly #joined: JoinedSignal;
  readonly #sender: Sender;
  readonly #isOwner: boolean;
  readonly #limits: FormLimits;
  readonly #totalBytes: number | null;
  readonly #keyFields: readonly string[];
  readonly #hold: Hold | null;
  readonly #arrivals: Promise<Arrival>[] = [];
  #key: string | undefined;
  /** For names that exist already, if the form says so. */
  #duplicates: DuplicatePolicy | undefined;
  #announced: readonly AnnouncedFile[] | undefined;
  #progress: BatchProgress | undefined;

  constructor(request: Request, { sender, isOwner, ended }: Caller, limits: FormLimits, { totalBytes, keyFields, hold }: FormOptions) {
    this.#sender = sender;
    this.#isOwner = isOwner;
    this.#limits = limits;
    this.#totalBytes = totalBytes;
    this.#keyFields = keyFields;
    this.#hold = hold;
    // Bytes that are on disk need no room any more.
    hold?.follow(() => (totalBytes ?? 0) - (this.#progress?.bytes() ?? 0));
    this.#readDuplicates(request.query[DUPLICATES_FIELD]);
    this.#key = keyOf(request);
    // After whatever may be refused: it has to be let go of.
    this.#joined = joinSignals([this.#ending.signal, limits.stopping, ended]);
    this.signal = this.#joined.signal;
    if (this.#key !== undefined) this.#openProgress();
  }

  /** It has come to its end, and listens to nobody any more. */
  leave(): void {
    this.#joined.release();
  }

  /** Ends it early: what is under way fails with this. */
  end(failure: Failure): void {
    this.#ending.abort(failure);
  }

  onField(name: string, value: string): void {
    if (name === MANIFEST_FIELD) {
      // After the first file it comes too late to say anything about it.
      if (this.#arrivals.length > 0 || this.#announced !== undefined) throw new Failure('MANIFEST_INVALID');
      const { files, duplicates } = readManifest(value);
      this.#announced = files;
      this.#readDuplicates(duplicates);
      // Announced before under a batch of its own: small files of one batch travel in several forms.
      this.#key ??= this.#limits.service.batchOf(this.#announced, this.#sender.id);
      this.#hold?.release();
      this.#limits.service.announce(this.#sender, this.#batch(), this.#announced, this.#duplicates);
    } else if (name === DUPLICATES_FIELD) {
      this.#readDuplicates(value);
    } else if (this.#key === undefined && this.#keyFields.includes(name)) {
      if (!isProgressKey(value)) throw new Failure('PROGRESS_ID_INVALID');
      this.#key = value;
    }
  }

  async onFile({ fileName, stream }: FilePart): Promise<void> {
    const index = this.#arrivals.length;
    const announced = this.#announced?.[index];
    if (this.#announced !== undefined && announced === undefined) {
      stream.resume();
      throw new Failure('MANIFEST_INVALID');
    }
    const order = { sender: this.#sender, batch: this.#batch(), rawName: fileName, announced, stream, signal: this.signal, progress: this.#openProgress(), duplicates: this.#duplicates };
    const arrival = this.#limits.service.receive(order).then(async (came): Promise<Arrival> => {
      return came.kind === 'arrived' && announced !== undefined ? { kind: 'ended', record: await came.publish() } : came;
    });
    this.#arrivals.push(arrival);
    const came = await arrival;
    if (came.kind === 'ended') this.#endIfItFalls(came.record, index, stream.readableEnded);
  }

  /** The whole form is here. */
  async complete(): Promise<FormOutcome> {
    const progress = this.#openProgress();
    progress.enter('finishing');
    const came = await this.#settle((arrival) => arrival.publish());
    const uploads = [...came, ...this.#giveUpRest(new Failure('UPLOAD_ABORTED'))];
    const failure = came.length === 0 ? new Failure('NO_FILES') : null;
    progress.enter(failure === null && uploads.every(({ state }) => state === 'stored') ? 'stored' : 'failed');
    return { batch: this.#batch(), uploads, failure };
  }

  /** The form did not come to its end. */
  async abandon(failure: Failure): Promise<FormOutcome> {
    this.end(failure);
    const came = await this.#settle((arrival) => arrival.discard(failure));
    const uploads = [...came, ...this.#giveUpRest(failure)];
    this.#progress?.enter('failed');
    return { batch: this.#batch(), uploads, failure };
  }

  #settle(decide: (arrival: Extract<Arrival, { kind: 'arrived' }>) => Promise<UploadRecord>): Promise<UploadRecord[]> {
    return Promise.all(
      this.#arrivals.map(async (pending) => {
        const arrival = await pending;
        return arrival.kind === 'ended' ? arrival.record : decide(arrival);
      }),
    );
  }

  /** Files of the manifest that did not come. */
  #giveUpRest(failure: Failure): readonly UploadRecord[] {
    const missing = this.#announced?.slice(this.#arrivals.length) ?? [];
    return this.#limits.service.giveUp(missing.map(({ id }) => id), this.#sender.id, failure);
  }

  /**
   * Without a manifest, the form falls with a file that failed for more than a fault of its own. Otherwise it goes on: the rest of
   * the file is read and dropped, unless it is the last one and long; then the connection is cut instead.
   */
  #endIfItFalls(record: UploadRecord, index: number, isRead: boolean): void {
    if (record.failure === undefined) return;
    const { code } = record.failure;
    // Cancelled when all of it was here: nothing of the form is in doubt.
    const isOwn = FILE_FAULTS.has(code) || (code === 'CANCELLED' && isRead);
    const falls = this.#announced === undefined && (!isOwn || (this.#totalBytes === null && !isRead));
    const isLast = this.#announced !== undefined && index === this.#announced.length - 1;
    const isLong = this.#totalBytes === null || (record.size ?? this.#totalBytes) - record.received > WORTH_CUTTING_BYTES;
    if (falls || (isLast && isLong && !isRead)) this.end(Failure.from(record.failure));
  }

  /** @throws Failure DUPLICATES_INVALID, DUPLICATES_NOT_ALLOWED */
  #readDuplicates(named: unknown): void {
    this.#duplicates = this.#limits.service.duplicates.read(named, this.#isOwner) ?? this.#duplicates;
  }

  #batch(): string {
    this.#key ??= randomUUID();
    return this.#key;
  }

  #openProgress(): BatchProgress {
    this.#progress ??= this.#limits.service.openBatch(this.#batch(), this.#sender.id, this.#totalBytes);
    return this.#progress;
  }
}

/** @throws Failure PROGRESS_ID_INVALID */
function keyOf(request: Request): string | undefined {
  const key = request.get(PROGRESS_ID_HEADER) ?? request.query[PROGRESS_ID_HEADER] ?? request.query['key'];
  if (key !== undefined && !isProgressKey(key)) throw new Failure('PROGRESS_ID_INVALID');
  return key;
}
