import { ServerUnreachable } from '../api/api-failure.ts';
import type { Client } from '../api/client.ts';
import type { DuplicateChoices } from './duplicate-choices.ts';
import { FileChanged } from './file-changed.ts';
import type { HashJobs } from './hash/hash-jobs.ts';
import { orAborted } from './or-aborted.ts';
import type { PieceKind } from './piece-kind.ts';
import { readBlob } from './read-blob.ts';
import type { Recovery } from './recovery.ts';
import type { Road } from './road.ts';
import type { SendList } from './send-list.ts';
import { sendByTus } from './tus-upload.ts';

interface TusRoadOptions {
  readonly client: Client;
  readonly duplicates: DuplicateChoices;
  readonly hashes: HashJobs;
  readonly pieces: PieceKind;
  readonly list: SendList;
  readonly recovery: Recovery;
  readonly changed: () => void;
}

/** Large files, each in pieces that can be resumed, hashed beside their sending. */
export function createTusRoad({ client, duplicates, hashes, pieces, list, recovery, changed }: TusRoadOptions): Road {
  return {
    async send({ files }, { signal, watch, connect, breakOff }) {
      const queued = files[0];
      if (queued === undefined) return;
      const { id, file } = queued;
      const hash = hashes.of(queued);
      // A file that cannot be read any more need not be sent to its end.
      hash.digest.catch(breakOff);
      await connect();
      if (!list.isWaiting(id)) return;
      const { begun = false, state } = list.items.get(id) ?? {};
      list.setState([id], { kind: 'sending', resuming: state?.kind === 'queued' && state.lost === true });
      changed();
      // What the server was last known to have: a line may break at every try, and still bring it further.
      let most = list.items.get(id)?.arrivedBytes ?? 0;
      const { verified } = await sendByTus(queued, {
        tus: client.tus, pieces, begun, signal, duplicates: duplicates.of(queued.batch),
        digest: {
          isKnown: hash.isDone,
          async wait() {
            const unwatch = hash.watch(watch.alive);
            return orAborted(hash.digest, signal).catch((error: unknown) => {
              // Called off for its silence: a reading that hangs would hang at every try.
              if (error instanceof ServerUnreachable) hashes.drop(id);
              throw error;
            }).finally(unwatch);
          },
        },
        advanced(offset) {
          list.setArrived(id, offset);
          watch.alive();
          if (offset > most) recovery.succeeded();
          most = Math.max(most, offset);
          list.setState([id].filter(list.isMoving), { kind: 'sending', resuming: false });
          changed();
        },
        sent(bytes) {
          watch.alive();
          list.setSentBytes(id, bytes);
          changed();
        },
      }).catch(async (error: unknown) => {
        // A changed file makes the request fail with the same error as a lost network; one byte tells them apart.
        if (error instanceof ServerUnreachable && await readBlob(file.slice(0, 1)) === null) throw new FileChanged('The file cannot be read any more', { cause: error });
        throw error;
      });
      // A poll may have brought its record already, which says more.
      if (list.items.get(id)?.state.kind !== 'stored') list.setState([id], { kind: 'stored', verified });
    },
  };
}
