import { MOST_DEVICES } from './device-book.ts';
import { keepNewest } from './keep-newest.ts';

/** Batches of one device that were allowed; the oldest is asked about again. */
const MOST_ALLOWED = 50;
/** A yes holds for twice what was told, since much is sent again where the connection is bad, and for what goes around the files. */
const TOLD_TIMES = 2;
const AROUND_ALL_BYTES = 1_000_000;
const AROUND_FILE_BYTES = 2000;

/** What a device announced under a batch and has not sent yet. */
export interface Told {
  readonly files: number;
  readonly bytes: number;
}

/** What was allowed once. */
interface Yes {
  /** Infinite when nobody knew how much it would be: then it holds for one request. */
  readonly mostBytes: number;
  readonly leftBytes: number;
}

/** What devices were allowed once: so many bytes of one batch. */
export class Allowances {
  readonly #allowed = new Map<string, Map<string, Yes>>();

  /** This batch was allowed, and not more than that is announced in it. */
  covers(deviceId: string, batch: string, bytes = 0): boolean {
    const yes = this.#yesTo(deviceId, batch);
    return yes !== undefined && bytes <= yes.mostBytes;
  }

  /**
   * Takes bytes off what was allowed.
   * @param bytes null when nobody knows how many: then it takes all
   * @returns false when less is left
   */
  spend(deviceId: string, batch: string, bytes: number | null): boolean {
    const yes = this.#yesTo(deviceId, batch);
    if (yes === undefined) return false;
    if (bytes === 0) return true;
    if (yes.leftBytes <= 0 || (bytes ?? 0) > yes.leftBytes) return false;
    this.#note(deviceId, batch, { ...yes, leftBytes: bytes === null || yes.leftBytes === Infinity ? 0 : yes.leftBytes - bytes });
    return true;
  }

  /** @param requestBytes of the request that was held back; null when it did not say */
  allow(deviceId: string, batch: string, { files, bytes }: Told, requestBytes: number | null): void {
    const isUnknown = files === 0 && requestBytes === null;
    const mostBytes = isUnknown ? Infinity : coveredBytes({ files, bytes: Math.max(bytes, requestBytes ?? 0) });
    this.#note(deviceId, batch, { mostBytes, leftBytes: mostBytes });
  }

  /** What holds for one batch holds for the other as well. */
  extend(deviceId: string, from: string, to: string): void {
    const yes = this.#yesTo(deviceId, from);
    if (yes !== undefined) this.#note(deviceId, to, yes);
  }

  /** @param batches all when left out */
  withdraw(deviceId: string, batches?: ReadonlySet<string>): void {
    if (batches === undefined) this.#allowed.delete(deviceId);
    else for (const batch of batches) this.#allowed.get(deviceId)?.delete(batch);
  }

  #yesTo(deviceId: string, batch: string): Yes | undefined {
    return this.#allowed.get(deviceId)?.get(batch);
  }

  #note(deviceId: string, batch: string, yes: Yes): void {
    const allowed = this.#allowed.get(deviceId) ?? new Map<string, Yes>();
    allowed.set(batch, yes);
    keepNewest(allowed, MOST_ALLOWED);
    this.#allowed.set(deviceId, allowed);
    keepNewest(this.#allowed, MOST_DEVICES);
  }
}

/** What a yes to this holds for. */
export function coveredBytes({ files, bytes }: Told): number {
  return TOLD_TIMES * bytes + AROUND_ALL_BYTES + files * AROUND_FILE_BYTES;
}
