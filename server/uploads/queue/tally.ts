import { UPLOAD_STATES, type Totals, type UploadRecord, type UploadState } from '../../contracts/upload.ts';

/** Of what has not ended. */
export interface OpenTotals extends Pick<Totals, 'receivedBytes' | 'sizeBytes'> {
  readonly count: number;
}

/** Keeps totals while records come, change and go, so that a poll never has to add up the whole queue. */
export class Tally {
  readonly #count = new Map<UploadState, number>(UPLOAD_STATES.map((state) => [state, 0]));
  #receivedBytes = 0;
  #sizeBytes = 0;
  #openCount = 0;
  #openReceivedBytes = 0;
  #openSizeBytes = 0;

  add(record: UploadRecord): void {
    this.#change(record, 1);
  }

  subtract(record: UploadRecord): void {
    this.#change(record, -1);
  }

  totals(): Totals {
    const of = (state: UploadState): number => this.#count.get(state) ?? 0;
    return {
      count: {
        waiting: of('waiting'),
        receiving: of('receiving'),
        interrupted: of('interrupted'),
        finishing: of('finishing'),
        stored: of('stored'),
        failed: of('failed'),
        cancelled: of('cancelled'),
      },
      receivedBytes: this.#receivedBytes,
      sizeBytes: this.#sizeBytes,
    };
  }

  /** True when there is no record. */
  isEmpty(): boolean {
    return [...this.#count.values()].every((count) => count === 0);
  }

  /** The same sums over what has not ended, and how many that are. */
  open(): OpenTotals {
    return { receivedBytes: this.#openReceivedBytes, sizeBytes: this.#openSizeBytes, count: this.#openCount };
  }

  #change(record: UploadRecord, sign: 1 | -1): void {
    this.#count.set(record.state, (this.#count.get(record.state) ?? 0) + sign);
    if (record.state === 'failed' || record.state === 'cancelled') return;
    this.#receivedBytes += sign * record.received;
    this.#sizeBytes += sign * (record.size ?? record.received);
    if (record.state === 'stored') return;
    this.#openCount += sign;
    this.#openReceivedBytes += sign * record.received;
    this.#openSizeBytes += sign * (record.size ?? record.received);
  }
}
