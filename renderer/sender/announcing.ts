import type { UploadRecord } from '../../server/contracts/upload.ts';
import type { Client } from '../api/client.ts';
import { announce, splitAnnouncement } from './announce.ts';
import { checkLimits } from './check-limits.ts';
import type { DuplicateChoices } from './duplicate-choices.ts';
import type { FileFates } from './file-fates.ts';
import type { RequestLimits } from './plan-request.ts';
import type { Recovery } from './recovery.ts';
import type { SendList } from './send-list.ts';

/** A form costs more bytes than its files; headers and manifest of a full one stay below this. */
const FORM_OVERHEAD_BYTES = 2 << 20;

/** The way from "send" until the server knows what will come. */
export interface Announcing {
  /** Asks what the server takes, refuses what is hopeless and announces the rest. */
  enqueue(ids: readonly string[]): Promise<void>;
  /** What the server takes in one request, as far as it is known. */
  limits(): RequestLimits;
}

interface AnnouncingOptions {
  readonly client: Client;
  readonly list: SendList;
  readonly fates: FileFates;
  readonly recovery: Recovery;
  readonly life: AbortSignal;
  readonly duplicates: DuplicateChoices;
  /** Some files are announced and may go, or something else about files has changed. */
  readonly advanced: () => void;
  /** These were given up while they were being announced, and the server knows them now. */
  readonly unwanted: (ids: readonly string[]) => void;
}

export function createAnnouncing({ client, list, fates, recovery, life, duplicates, advanced, unwanted }: AnnouncingOptions): Announcing {
  let limits: RequestLimits = { maxFiles: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY };

  function isUnannounced(id: string): boolean {
    const state = list.items.get(id)?.state;
    return state?.kind === 'queued' && !state.announced;
  }

  function takeAnnounced(id: string, record: UploadRecord | undefined): void {
    if (!list.isOpen(id)) unwanted([id]);
    // Paused meanwhile, it stays as it is.
    if (fates.settle(id, record) || !isUnannounced(id)) return;
    // Still being received: the server has not noticed yet that an earlier connection is gone.
    if (record?.state === 'receiving' || record?.state === 'finishing') fates.hold([id], 0);
    else list.setState([id], { kind: 'queued', announced: true });
  }

  return {
    limits: () => limits,
    async enqueue(ids) {
      list.setState(ids, { kind: 'queued', announced: false });
      advanced();
      const files = list.queued(ids);
      if (files.length === 0) return;
      try {
        const server = await client.call('GET /api/server', { signal: life });
        const { maxFilesPerRequest: maxFiles, maxRequestBytes } = server.limits;
        limits = { maxFiles, maxBytes: (maxRequestBytes ?? Number.POSITIVE_INFINITY) - FORM_OVERHEAD_BYTES };
        const refused = checkLimits(files, server);
        for (const [id, failure] of refused) list.setState([id].filter(list.isOpen), { kind: 'failed', failure });
        for (const part of splitAnnouncement(files.filter(({ id }) => !refused.has(id)))) {
          const batch = part[0]?.batch ?? '';
          duplicates.decide(batch, server.duplicates.allowed);
          const known = await announce(client, part, life, duplicates.of(batch));
          recovery.succeeded();
          for (const { id } of part) takeAnnounced(id, known.get(id));
          advanced();
        }
      } catch (error) {
        fates.lose(ids.filter(isUnannounced), error);
      }
      advanced();
    },
  };
}
