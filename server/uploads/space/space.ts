import type { FailureCode } from '../../contracts/failure.ts';
import { Failure } from '../../failure.ts';
import { createGroups } from '../folder/in-groups.ts';
import type { Neighbours, Pledge, PledgedUpload } from './neighbours.ts';
import { OthersShare, sumOf } from './others-share.ts';

/** Other servers are told this often; when nothing has changed, every so many times that this one is still here. */
const TELL_EVERY_MS = 1000;
const RENEW_EVERY = 5;

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
  /** @param storedBytes of this server and of all others, each since it began */
  readonly quota: ((storedBytes: () => number) => QuotaMeter) | null;
  readonly open: () => OpenBytes;
  /** The same, one by one, for other servers. */
  readonly openUploads: () => readonly PledgedUpload[];
  /** True for an upload of which more is known here than others say. */
  readonly isKnown: (id: string) => boolean;
  /** Bytes that this server has stored since it began. */
  readonly storedBytes: () => number;
  /** Of the folder as it is at the moment. */
  readonly neighbours: () => Neighbours;
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
 * everything that was let in, here and by other servers on the folder; so two uploads are never let in to the same room. Other
 * programs are not asked: what they take shows at the next look, or as a full disk.
 */
export class Space {
  readonly #options: SpaceOptions;
  readonly #quota: QuotaMeter | null;
  readonly #holds = new Set<() => number>();
  readonly #telling: NodeJS.Timeout;
  /** Those who ask at the same time share the look and, beside other servers, the turn. */
  readonly #inTurn = createGroups<() => void, undefined>(async (jobs) => {
    const { neighbours } = this.#options;
    const turn = (await neighbours().pledges()).length === 0 ? null : await neighbours().turn();
    try {
      await this.look();
      for (const job of jobs) job();
      if (turn !== null) await this.#tell(true);
      return jobs.map(() => ({ status: 'fulfilled', value: undefined }));
    } finally {
      await turn?.release();
    }
  });
  #freeBytes = Number.POSITIVE_INFINITY;
  /** What others have heard last. */
  #told = '';
  #others = new OthersShare([]);

  constructor(options: SpaceOptions) {
    this.#options = options;
    this.#quota = options.quota?.(() => options.storedBytes() + this.#others.storedBytes()) ?? null;
    this.#telling = this.#keepTelling();
  }

  /** Looks at the disk, and what others have promised of it. @throws Failure STORAGE_UNAVAILABLE */
  async look(): Promise<void> {
    // Before the quota, which may count the folder: what they store from now on comes on top of it.
    this.#others = new OthersShare(await this.#options.neighbours().pledges());
    const [free] = await Promise.all([this.#options.freeBytes(), this.#quota?.look()]);
    this.#freeBytes = free === null ? Number.POSITIVE_INFINITY : free - this.#options.reserveBytes;
  }

  /**
   * Looks, and decides by what it saw, while no other server on the folder decides.
   * @param job asks for room and takes it, at once
   * @throws Failure STORAGE_UNAVAILABLE, and what the job throws
   */
  decide<Result>(job: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        try {
          resolve(job());
        } catch (error) {
          reject(error);
        }
      };
      this.#inTurn('', settle).catch(reject);
    });
  }

  stop(): void {
    clearInterval(this.#telling);
  }

  /** @param ownBytes promised already to whoever asks */
  room(ownBytes = 0): Room {
    const quota = this.#quota;
    const ours = this.#options.open();
    const others = sumOf(this.#others.uploads(({ id }) => !this.#options.isKnown(id)));
    const promised = ours.promisedBytes + others.promisedBytes + this.#heldBytes() + this.#others.heldBytes() - ownBytes;
    const received = ours.receivedBytes + others.receivedBytes;
    const onDisk = Math.max(0, this.#freeBytes - promised);
    const inQuota = quota === null ? Number.POSITIVE_INFINITY : Math.max(0, quota.quotaBytes - quota.usedBytes() - received - promised);
    return inQuota < onDisk ? { bytes: inQuota, code: 'QUOTA_EXCEEDED' } : { bytes: onDisk, code: 'INSUFFICIENT_STORAGE' };
  }

  /** Bytes that other servers have promised to uploads like that of whoever asks; what is known here as well is in the own count. */
  promisedElsewhere(isOwn: (upload: PledgedUpload) => boolean): number {
    return sumOf(this.#others.uploads((upload) => isOwn(upload) && !this.#options.isKnown(upload.id))).promisedBytes;
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

  #heldBytes(): number {
    return [...this.#holds].reduce((sum, left) => sum + Math.max(0, left()), 0);
  }

  #pledge(): Pledge {
    const { openUploads, storedBytes } = this.#options;
    return { uploads: openUploads(), heldBytes: this.#heldBytes(), storedBytes: storedBytes() };
  }

  async #tell(mayCreate: boolean): Promise<void> {
    const pledge = this.#pledge();
    this.#told = JSON.stringify(pledge);
    await this.#options.neighbours().tell(pledge, mayCreate);
  }

  /** Nobody is told while nobody is there: to say so would cost more with each file that waits. */
  #keepTelling(): NodeJS.Timeout {
    let count = 0;
    const tell = async (): Promise<void> => {
      const neighbours = this.#options.neighbours();
      count += 1;
      if (count % RENEW_EVERY === 0) await neighbours.renew();
      if ((await neighbours.pledges()).length > 0 && JSON.stringify(this.#pledge()) !== this.#told) await this.#tell(false);
    };
    return setInterval(() => void tell(), TELL_EVERY_MS).unref();
  }
}
