import { MAX_FILES_PER_REQUEST, MAX_MANIFEST_BYTES } from '../../server/contracts/api.ts';
import type { DuplicatePolicy } from '../../server/contracts/duplicates.ts';
import type { AnnouncedFile, FileDigest, UploadRecord } from '../../server/contracts/upload.ts';
import type { Client } from '../api/client.ts';
import type { PickedFile } from './picked-file.ts';
import type { QueuedFile } from './plan-request.ts';

export function describeFile({ id, file, folder }: PickedFile, digest?: FileDigest): AnnouncedFile {
  return { id, name: file.name, ...(folder === '' ? {} : { folder }), size: file.size, modifiedAtMs: file.lastModified, ...(digest === undefined ? {} : { digest }) };
}

/** Room for the braces around the list and the batch's name. */
const ENVELOPE_BYTES = 1024;

/** Parts of one batch each, none with more files or bytes than the server takes in one announcement. */
export function splitAnnouncement(files: readonly QueuedFile[]): readonly (readonly QueuedFile[])[] {
  const encoder = new TextEncoder();
  const parts: QueuedFile[][] = [];
  let bytes = 0;
  for (const queued of files) {
    const size = encoder.encode(JSON.stringify(describeFile(queued))).byteLength + 1;
    const part = parts.at(-1);
    const fits = part !== undefined && part[0]?.batch === queued.batch
      && part.length < MAX_FILES_PER_REQUEST && bytes + size <= MAX_MANIFEST_BYTES - ENVELOPE_BYTES;
    if (fits) {
      part.push(queued);
      bytes += size;
    } else {
      parts.push([queued]);
      bytes = size;
    }
  }
  return parts;
}

/** What the server says to an announcement. */
export interface Announced {
  /** What it has, by id. */
  readonly known: ReadonlyMap<string, UploadRecord>;
  /** Files that may be there already, which their hash would tell. */
  readonly worthHashing: ReadonlySet<string>;
}

/** Tells the server what will come, so that both sides see it as waiting. @param digests by id, as far as they are known */
export async function announce(client: Client, files: readonly QueuedFile[], signal: AbortSignal, duplicates?: DuplicatePolicy, digests?: ReadonlyMap<string, FileDigest>): Promise<Announced> {
  const batch = files[0]?.batch;
  const body = { ...(batch === undefined ? {} : { batch }), files: files.map((file) => describeFile(file, digests?.get(file.id))), ...(duplicates === undefined ? {} : { duplicates }) };
  const reply = await client.call('POST /api/batches', { body, signal });
  return { known: new Map(reply.uploads.map((record) => [record.id, record])), worthHashing: new Set(reply.worthHashing) };
}
