import type { FileDigest, UploadRecord } from '../../server/contracts/upload.ts';
import type { Client } from '../api/client.ts';
import { announce, splitAnnouncement } from './announce.ts';
import { checkLimits } from './check-limits.ts';
import type { DuplicateChoices } from './duplicate-choices.ts';
import type { FileFates } from './file-fates.ts';
import type { QueuedFile, RequestLimits } from './plan-request.ts';
import type { Recovery } from './recovery.ts';
import type { SendList } from './send-list.ts';

/** A form costs more bytes than its files; headers and manifest of a full one stay below this. */
const FORM_OVERHEAD_BYTES = 2 << 20;

/** Files that are hashed before the server is asked about them again: few, so that the list moves. */
const HASHED_AT_ONCE = 20;

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
  /** Hash of a file; null when this browser cannot, rejects when the file cannot be read. */
  readonly digestOf: (file: QueuedFile) => Promise<FileDigest | null>;
  /** Some files are announced and may go, or something else about files has changed. */
  readonly advanced: () => void;
  /** These were given up while they were being announced, and the server knows them now. */
  readonly unwanted: (ids: readonly string[]) => void;
}

export function createAnnouncing({ client, list, fates, recovery, life, duplicates, digestOf, advanced, unwanted }: AnnouncingOptions): Announcing {
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

  /** The server skips what it has: where it may have a file, the file is hashed first, and need perhaps not travel. */
  async function announceHashed(files: readonly QueuedFile[]): Promise<void> {
    for (let at = 0; at < files.length; at += HASHED_AT_ONCE) {
      const digests = new Map<string, FileDigest>();
      for (const file of files.slice(at, at + HASHED_AT_ONCE)) {
        // What cannot be read is found out when it is sent.
        const digest = list.isOpen(file.id) ? await digestOf(file).catch(() => null) : null;
        if (digest !== null) digests.set(file.id, digest);
      }
      // What was given up meanwhile is not announced anew.
      for (const part of splitAnnouncement(files.slice(at, at + HASHED_AT_ONCE).filter(({ id }) => list.isOpen(id)))) {
        const { known } = await announce(client, part, life, duplicates.of(part[0]?.batch ?? ''), digests);
        for (const { id } of part) takeAnnounced(id, known.get(id));
      }
      advanced();
    }
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
        const later: QueuedFile[] = [];
        for (const part of splitAnnouncement(files.filter(({ id }) => !refused.has(id)))) {
          const batch = part[0]?.batch ?? '';
          duplicates.decide(batch, server.duplicates.allowed);
          const { known, worthHashing } = await announce(client, part, life, duplicates.of(batch));
          recovery.succeeded();
          for (const { id } of part) if (!worthHashing.has(id)) takeAnnounced(id, known.get(id));
          later.push(...part.filter(({ id }) => worthHashing.has(id)));
          advanced();
        }
        await announceHashed(later);
      } catch (error) {
        fates.lose(ids.filter(isUnannounced), error);
      }
      advanced();
    },
  };
}
