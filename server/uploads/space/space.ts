import type { FailureCode } from '../../contracts/failure.ts';
import { Failure } from '../../failure.ts';

/** Bytes of the uploads that have not ended. */
export interface OpenBytes {
  /** On disk already, out of sight. */
  readonly receivedBytes: number;
  /** Still to come, and counted on. */
  readonly promisedBytes: number;
}

/** What a quota is measured by. */
export interface QuotaMeter {
  readonly quotaBytes: number;
  /** Looks at the folder when the last look is too old. @throws system errors */
  look(): Promise<void>;
  /** Bytes of what is stored in the folder. */
  usedBytes(): number;
}

interface SpaceOptions {
  /** Bytes that may still be written; null when the system does not say. @throws Failure STORAGE_UNAVAILABLE */
  readonly freeBytes: () => Promise<number | null>;
  /** Bytes that must stay free on the disk. */
  readonly reserveBytes: number;
  readonly quota: QuotaMeter | null;
  readonly open: () => OpenBytes;
}

/** What may still be announced, and what sets that limit. */
export interface Room {
  /** Infinity when nobody knows a limit. */
  readonly bytes: number;
  readonly code: Extract<FailureCode, 'INSUFFICIENT_STORAGE' | 'QUOTA_EXCEEDED'>;
}

/** Room kept for something that has no record yet. */
export interface Hold {
  /** From now on so many bytes are held as `left` says when it is asked. */
  follow(left: () => number): void;
  /** Safe to call twice. */
  release(): void;
}

/**
 * Who has been promised how much of the disk. Free is what the disk has, less what must stay free, less what is still to come of
 * everything that was let in; so two uploads are never let in to the same room. Other programs, and other processes on the same
 * folder, are not asked: what they take shows at the next look, or as a full disk.
 */
export class Space {
  readonly #options: SpaceOptions;
  readonly #holds = new Set<() => number>();
  #freeBytes = Number.POSITIVE_INFINITY;

  constructor(options: SpaceOptions) {
    this.#options = options;
  }

  /** Looks at the disk. What follows, before anything else is awaited, is decided by what it saw. @throws Failure STORAGE_UNAVAILABLE */
  async look(): Promise<void> {
    const [free] = await Promise.all([this.#options.freeBytes(), this.#options.quota?.look()]);
    this.#freeBytes = free === null ? Number.POSITIVE_INFINITY : free - this.#options.reserveBytes;
  }

  /** @param ownBytes promised already to whoever asks */
  room(ownBytes = 0): Room {
    const { quota, open } = this.#options;
    const { promisedBytes, receivedBytes } = open();
    const promised = [...this.#holds].reduce((sum, left) => sum + Math.max(0, left()), promisedBytes) - ownBytes;
    const onDisk = Math.max(0, this.#freeBytes - promised);
    const inQuota = quota === null ? Number.POSITIVE_INFINITY : Math.max(0, quota.quotaBytes - quota.usedBytes() - receivedBytes - promised);
    return inQuota < onDisk ? { bytes: inQuota, code: 'QUOTA_EXCEEDED' } : { bytes: onDisk, code: 'INSUFFICIENT_STORAGE' };
  }

  /** @throws Failure INSUFFICIENT_STORAGE, QUOTA_EXCEEDED */
  require(bytes: number, ownBytes = 0): void {
    const room = this.room(ownBytes);
    if (bytes > room.bytes) throw new Failure(room.code, { limit: room.bytes });
  }

  /** Keeps room for so many bytes. @throws as `require` */
  hold(bytes: number, ownBytes = 0): Hold {
    this.require(bytes, ownBytes);
    let left = (): number => bytes;
    const held = (): number => left();
    this.#holds.add(held);
    return {
      follow(next) {
        left = next;
      },
      release: () => void this.#holds.delete(held),
    };
  }
}
