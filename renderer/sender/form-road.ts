import type { UploadRecord } from '../../server/contracts/upload.ts';
import { ServerUnreachable } from '../api/api-failure.ts';
import type { Client } from '../api/client.ts';
import type { DuplicateChoices } from './duplicate-choices.ts';
import type { FileFates } from './file-fates.ts';
import { gatherForm, type GatheredForm } from './gather-form.ts';
import type { FileHasher } from './hash/file-hasher.ts';
import { orAborted } from './or-aborted.ts';
import type { QueuedFile } from './plan-request.ts';
import { readBlob } from './read-blob.ts';
import type { Recovery } from './recovery.ts';
import type { Road } from './road.ts';
import type { SendList } from './send-list.ts';

interface FormRoadOptions {
  readonly client: Client;
  readonly duplicates: DuplicateChoices;
  readonly hasher: FileHasher;
  readonly list: SendList;
  readonly fates: FileFates;
  readonly recovery: Recovery;
  readonly changed: () => void;
}

export interface FormRoad extends Road {
  /** Begins to read what will be sent in a moment, while the server is still being told of it. */
  prepare(files: readonly QueuedFile[]): void;
  /** Forgets what was prepared and not taken up: read much later, it might not be what the files hold then. */
  forgetPrepared(): void;
}

/** Small files, many in one multipart request, read and hashed before it is their turn to travel. */
export function createFormRoad({ client, duplicates, hasher, list, fates, recovery, changed }: FormRoadOptions): FormRoad {
  const prepared = new Map<string, Promise<GatheredForm>>();

  const keyOf = (files: readonly QueuedFile[]): string => files.map(({ id }) => id).join(' ');

  /** The form's bytes belong to its files in their order; what it has besides is little. */
  function noteSent(files: readonly QueuedFile[], sentBytes: number): void {
    let rest = sentBytes;
    for (const { id, file: { size } } of files) {
      const own = Math.min(size, rest);
      if (own > 0) list.setSentBytes(id, own);
      rest -= own;
    }
    changed();
  }

  /** A changed file makes the request fail with the same error as a lost network; one byte tells them apart. */
  async function failUnreadable(files: readonly QueuedFile[]): Promise<void> {
    for (const { id, file } of files) if (await readBlob(file.slice(0, 1)) === null) fates.failChanged([id]);
  }

  return {
    prepare(files) { prepared.set(keyOf(files), gatherForm(files, hasher)); },
    forgetPrepared() { prepared.clear(); },
    async send({ batch, files }, { signal, watch, connect }) {
      const ids = files.map(({ id }) => id);
      const gathered = await orAborted(prepared.get(keyOf(files)) ?? gatherForm(files, hasher), signal);
      if (gathered.kind === 'unreadable') {
        fates.failChanged(gathered.ids);
        return;
      }
      await connect();
      if (!ids.every(list.isWaiting)) return;
      list.setState(ids, { kind: 'sending', resuming: false });
      changed();
      const { uploads } = await client.sendForm(gathered.form, { batch, duplicates: duplicates.of(batch) }, {
        signal,
        sent(bytes) {
          watch.alive();
          noteSent(files, bytes);
        },
      }).catch(async (error: unknown) => {
        if (gathered.kind === 'plain' && error instanceof ServerUnreachable) await failUnreadable(files);
        throw error;
      });
      recovery.succeeded();
      const outcome = new Map(uploads.map((record): [string, UploadRecord] => [record.id, record]));
      fates.take(ids, outcome);
    },
  };
}
