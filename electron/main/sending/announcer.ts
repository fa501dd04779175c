import { randomUUID } from 'node:crypto';
import type { BatchBody } from '../../../server/contracts/api.ts';
import type { SentFiles } from '../../contracts/bridge.ts';
import { toAnnounced } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';
import { readFailure, readOutcomes } from './read-reply.ts';
import type { Found } from './walk-files.ts';

/** Files in one announcement; the first is small, so that something shows at once. */
const FIRST_CHUNK_FILES = 50;
const MAX_CHUNK_FILES = 1000;
/** Room for names and paths below the server's limit of 1 MiB. */
const MAX_CHUNK_BYTES = 900_000;

type Skipped = SentFiles['skipped'][number];

export interface AnnounceTarget {
  readonly url: string;
  readonly ownerToken: string;
  readonly signal: AbortSignal;
  /** Takes over files that the server now lists as waiting. */
  readonly onWaiting: (files: readonly FileToSend[]) => void;
}

/**
 * Announces files as they are found, so that both sides see them as `waiting`; what the server refuses is told among the skipped.
 * Rejects when the server cannot be reached.
 */
export async function announceFound(target: AnnounceTarget, found: AsyncIterable<Found>): Promise<SentFiles> {
  const batch = randomUUID();
  const skipped: Skipped[] = [];
  let files = 0;
  let chunk: FileToSend[] = [];
  let chunkBytes = 0;

  const flush = async (): Promise<void> => {
    if (chunk.length === 0) return;
    const refused = await announceFiles(target, batch, chunk);
    files += chunk.length - refused.length;
    skipped.push(...refused);
    chunk = [];
    chunkBytes = 0;
  };

  for await (const item of found) {
    target.signal.throwIfAborted();
    if (item.kind === 'skipped') {
      skipped.push({ name: item.name, failure: item.failure });
      continue;
    }
    const { kind: _, ...rest } = item;
    const file: FileToSend = { id: randomUUID(), batch, ...rest };
    chunk.push(file);
    chunkBytes += Buffer.byteLength(JSON.stringify(toAnnounced(file))) + 1;
    if (chunk.length >= (files === 0 ? FIRST_CHUNK_FILES : MAX_CHUNK_FILES) || chunkBytes > MAX_CHUNK_BYTES) await flush();
  }
  await flush();
  return { batch, files, skipped };
}

/** Announces files, new or for a retry under their old ids, and hands on those that the server took; answers with the others. */
export async function announceFiles(target: AnnounceTarget, batch: string, files: readonly FileToSend[]): Promise<readonly Skipped[]> {
  const body: BatchBody = { batch, files: files.map(toAnnounced) };
  const response = await fetch(new URL('/api/batches', target.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${target.ownerToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: target.signal,
  });
  const reply = await response.text();
  if (!response.ok) {
    const failure = readFailure(reply);
    return files.map((file) => ({ name: nameForPeople(file), failure }));
  }
  const outcomes = readOutcomes(reply);
  target.onWaiting(files.filter((file) => outcomes.get(file.id)?.state === 'waiting'));
  return files.flatMap((file) => {
    const failure = outcomes.get(file.id)?.failure;
    return failure ? [{ name: nameForPeople(file), failure }] : [];
  });
}

function nameForPeople(file: FileToSend): string {
  return file.folder === '' ? file.name : `${file.folder}/${file.name}`;
}
