import type { FailureCode } from '../../contracts/failure.ts';
import type { UploadState } from '../../contracts/upload.ts';
import type { Failure } from '../../failure.ts';
import { joinSignals } from '../join-signals.ts';
import { diskFailure } from '../folder/disk-failure.ts';
import { PUBLISHED_MODE } from '../folder/published-file.ts';
import { algorithmOf } from '../hash/file-digest.ts';
import type { FileHash } from '../hash/file-hash.ts';
import type { Ledger } from '../queue/ledger.ts';
import type { AppendOrder } from './append-order.ts';
import type { Endings } from './endings.ts';
import type { Found } from './find-place.ts';
import { createKnownHashes } from './known-hashes.ts';
import { publishResumable } from './publish-resumable.ts';
import { recordOf } from './resumable-record.ts';
import { writeChunk } from './resumable-writer.ts';
import { standingOfStored, type Standing } from './standing.ts';

/** After these nobody goes on with an upload: it was called off, or the file that it is of is no longer there. */
const ENDS: ReadonlySet<FailureCode> = new Set<FailureCode>(['CANCELLED', 'FILE_CHANGED', 'FILE_UNREADABLE']);

/** False when what came is to stay, because the upload can go on. */
export function endsForGood({ code }: Failure): boolean {
  return ENDS.has(code);
}

/** Moves the bytes of one upload at a time; whoever asks holds that upload's lock. */
export interface Transfer {
  /**
   * Adds a chunk. When it breaks off, the upload is `interrupted` and what came stays; unless it was called off.
   * @returns bytes that are there now
   */
  write(order: AppendOrder, found: Found): Promise<number>;
  /** All bytes are here and durable: checks the whole and stores it. */
  finish(found: Found): Promise<Standing>;
  /** The same for bytes that somebody left, who may have died before they were durable. */
  finishWhole(found: Found): Promise<Standing>;
}

export function createTransfer(ledger: Ledger, endings: Endings): Transfer {
  const hashes = createKnownHashes();

  /**
   * What came stays, and the upload can go on; unless it was called off.
   * @param known hashes of which one may be that of what stays
   */
  async function interrupt(found: Found, failure: Failure, known: readonly (FileHash | null)[] = []): Promise<Failure> {
    const { folder, state } = found;
    if (endsForGood(failure)) {
      await endings.fail(found, failure);
      return failure;
    }
    const offset = (await folder.resumables.find(state.info.id))?.offset ?? ledger.queue.get(state.info.id)?.received ?? 0;
    const hash = known.find((each) => each?.bytes === offset) ?? null;
    if (hash !== null) hashes.keep(state.info.id, hash);
    ledger.interrupt({ ...recordOf(found, 'interrupted'), received: offset }, failure);
    return failure;
  }

  async function write(order: AppendOrder, found: Found): Promise<number> {
    const { folder, state, lock } = found;
    const { id, offset, checksum, holds, stream } = order;
    const hash = hashes.take(id, offset, algorithmOf(state.info.digest));
    // A chunk whose own checksum is wrong is taken back.
    const before = checksum === null ? null : (hash?.copy() ?? null);
    const running = ledger.running.begin(id);
    const follow = (received: number, next: UploadState): void => {
      ledger.put({ ...recordOf(found, next), received });
    };
    follow(offset, 'receiving');
    const { signal, release } = joinSignals([running.signal, order.signal, lock.wanted]);
    try {
      const now = await writeChunk(stream, folder.resumables, { id, offset, size: state.info.size, hash, checksum, holds, signal, follow });
      if (hash !== null) hashes.keep(id, hash);
      return now;
    } catch (error) {
      throw await interrupt(found, diskFailure(error), [hash, before]);
    } finally {
      release();
      running.over();
    }
  }

  async function finish(found: Found): Promise<Standing> {
    const { folder, state } = found;
    const { id, size } = state.info;
    try {
      const hash = hashes.take(id, size, algorithmOf(state.info.digest));
      const { published, digest } = await publishResumable(folder, { info: state.info, offset: size }, hash);
      await endings.store(found, published, digest);
      return standingOfStored(size);
    } catch (error) {
      const failure = diskFailure(error);
      // Not the file that was announced: nothing that could be added would make it right.
      if (failure.code !== 'CHECKSUM_MISMATCH') throw await interrupt(found, failure);
      await endings.fail(found, failure);
      throw failure;
    }
  }

  return {
    write,
    finish,
    async finishWhole(found) {
      const file = await found.folder.resumables.openToAppend(found.state.info.id);
      await file.seal(PUBLISHED_MODE).finally(() => file.close());
      return finish(found);
    },
  };
}
