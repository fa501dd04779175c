import { randomUUID } from 'node:crypto';
import type { Caller } from '../../access/access.ts';
import { MANIFEST_FIELD } from '../../contracts/api.ts';
import { DUPLICATES_FIELD, type DuplicatePolicy } from '../../contracts/duplicates.ts';
import type { FailureCode } from '../../contracts/failure.ts';
import type { AnnouncedFile, Sender, UploadRecord } from '../../contracts/upload.ts';
import { Failure } from '../../failure.ts';
import { joinSignals, type JoinedSignal } from '../../uploads/join-signals.ts';
import type { BatchProgress } from '../../uploads/progress/batch-progress.ts';
import type { Arrival } from '../../uploads/reception.ts';
import type { Hold } from '../../uploads/space/space.ts';
import type { UploadService } from '../../uploads/upload-service.ts';
import { isProgressKey, readManifest } from '../read-files.ts';
import type { FilePart } from './multipart.ts';

/** Fewer bytes than this are rather read and dropped than a connection cut. */
const WORTH_CUTTING_BYTES = 8 << 20;

/** What is wrong with one file and says nothing about the others. */
const FILE_FAULTS: ReadonlySet<FailureCode> = new Set<FailureCode>(['FILENAME_INVALID', 'PATH_TOO_DEEP', 'PATH_TOO_LONG', 'FILE_TOO_LARGE', 'FILE_TOO_LARGE_FOR_DISK']);

/** What became of a form. With a failure, the form itself did not come to its end; files that did stand in `uploads` all the same. */
export interface FormOutcome {
  readonly batch: string;
  readonly uploads: readonly UploadRecord[];
  readonly failure: Failure | null;
}

export interface FormOptions {
  readonly service: UploadService;
  readonly caller: Caller;
  /** Of its batch, as header or query named it. */
  readonly key: string | undefined;
  /** What to do about names that exist already, as the query named it. */
  readonly duplicates: unknown;
  /** Of the body; null when its sender did not say. */
  readonly totalBytes: number | null;
  /** Text fields that may name the batch. */
  readonly keyFields: readonly string[];
  /** Room for all of it, until its files are announced and have room of their own. */
  readonly hold: Hold | null;
  /** Aborted with a Failure when the server stops. */
  readonly stopping: AbortSignal;
}

/** A form on its way in: what it says of itself, and what has come of it. Knows no request. */
export class Form {
  /** Aborted with a Failure when it ends early. */
  readonly signal: AbortSignal;
  readonly #service: UploadService;
  readonly #ending = new AbortController();
  readonly #joined: JoinedSignal;
  readonly #sender: Sender;
  readonly #isOwner: boolean;
  readonly #totalBytes: number | null;
  readonly #keyFields: readonly string[];
  readonly #hold: Hold | null;
  readonly #arrivals: Promise<Arrival>[] = [];
  #key: string | undefined;
  /** For names that exist already, if the form says so. */
  #duplicates: DuplicatePolicy | undefined;
  #announced: readonly AnnouncedFile[] | undefined;
  #progress: BatchProgress | undefined;

  /** @throws Failure DUPLICATES_INVALID, DUPLICATES_NOT_ALLOWED */
  constructor({ service, caller: { sender, isOwner, ended }, key, duplicates, totalBytes, keyFields, hold, stopping }: FormOptions) {
    this.#service = service;
    this.#sender = sender;
    this.#isOwner = isOwner;
    this.#key = key;
    this.#totalBytes = totalBytes;
    this.#keyFields = keyFields;
    this.#hold = hold;
    // Bytes that are on disk need no room any more.
    hold?.follow(() => (totalBytes ?? 0) - (this.#progress?.bytes() ?? 0));
    this.#readDuplicates(duplicates);
    // After whatever may be refused: it has to be let go of.
    this.#joined = joinSignals([this.#ending.signal, stopping, ended]);
    this.signal = this.#joined.signal;
    if (key !== undefined) this.#openProgress();
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
      this.#key ??= this.#service.batchOf(this.#announced, this.#sender.id);
      this.#hold?.release();
      this.#service.announce(this.#sender, this.#batch(), this.#announced, this.#duplicates);
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
    const arrival = this.#service.receive(order).then(async (came): Promise<Arrival> => {
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
    return this.#service.giveUp(missing.map(({ id }) => id), this.#sender.id, failure);
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
    this.#duplicates = this.#service.duplicates.read(named, this.#isOwner) ?? this.#duplicates;
  }

  #batch(): string {
    this.#key ??= randomUUID();
    return this.#key;
  }

  #openProgress(): BatchProgress {
    this.#progress ??= this.#service.openBatch(this.#batch(), this.#sender.id, this.#totalBytes);
    return this.#progress;
  }
}
