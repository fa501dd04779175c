import type { UploadState } from '../../contracts/upload.ts';
import type { Failure } from '../../failure.ts';
import { diskFailure } from '../disk-failure.ts';
import type { Ledger } from '../ledger.ts';
import type { AppendOrder } from './append-order.ts';
import type { Found } from './find-place.ts';
import { createKnownHashes } from './known-hashes.ts';
import { publishResumable } from './publish-resumable.ts';
import { recordOf } from './resumable-record.ts';
import { writeChunk } from './resumable-writer.ts';
import { standingOfStored, type Standing } from './standing.ts';

/** Moves the bytes of one upload at a time; whoever asks holds that upload's lock. */
export interface Transfer {
  /**
   * Adds a chunk. When it breaks off, the upload is `interrupted` and what came stays; unless it was called off.
   * @returns bytes that are there now
   */
  write(order: AppendOrder, found: Found, wanted: AbortSignal): Promise<number>;
  /** All bytes are here and durable: checks the whole and stores it. */
  finish(found: Found): Promise<Standing>;
}

export function createTransfer(ledger: Ledger): Transfer {
  const hashes = createKnownHashes();

  /** What came stays, and the upload can go on; unless it was called off. */
  async function interrupt({ folder, state }: Found, failure: Failure): Promise<Failure> {
    if (failure.code === 'CANCELLED') {
      await folder.resumables.remove(state.info.id);
      ledger.fail(recordOf(state, 'interrupted'), failure);
      return failure;
    }
    const now = await folder.resumables.find(state.info.id);
    ledger.interrupt({ ...recordOf(state, 'interrupted'), received: now?.offset ?? 0 }, failure);
    return failure;
  }

  return {
    async write(order, { folder, state }, wanted) {
      const { id, offset, checksum, stream } = order;
      const running = new AbortController();
      const hash = hashes.take(id, offset);
      ledger.running.set(id, running);
      const follow = (received: number, next: UploadState): void => {
        ledger.put({ ...recordOf(state, next), received });
      };
      follow(offset, 'receiving');
      try {
        const signal = AbortSignal.any([running.signal, order.signal, wanted]);
        const now = await writeChunk(stream, folder.resumables, { id, offset, size: state.info.size, hash, checksum, signal, follow });
        if (hash !== null) hashes.keep(id, now, hash);
        return now;
      } catch (error) {
        throw await interrupt({ folder, state }, diskFailure(error));
      } finally {
        ledger.running.delete(id);
      }
    },

    async finish(found) {
      const { folder, state } = found;
      const { id, size } = state.info;
      try {
        const { published, sha256 } = await publishResumable(folder, state.info, hashes.take(id, size));
        ledger.store({ ...recordOf(state, 'finishing'), received: size }, published, sha256);
        return standingOfStored(size);
      } catch (error) {
        const failure = diskFailure(error);
        // Not the file that was announced: nothing that could be added would make it right.
        if (failure.code !== 'CHECKSUM_MISMATCH') throw await interrupt(found, failure);
        await folder.resumables.remove(id);
        ledger.fail(recordOf(state, 'failed'), failure);
        throw failure;
      }
    },
  };
}
