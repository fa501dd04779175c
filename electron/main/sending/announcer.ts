import { randomUUID } from 'node:crypto';
import type { SentFiles } from '../../contracts/bridge.ts';
import { announceBatch } from './announce-batch.ts';
import type { SendTarget } from './exchange.ts';
import { toAnnounced } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';
import type { Found } from './walk-files.ts';

/** Files in one announcement; the first is small, so that something shows at once. */
const FIRST_CHUNK_FILES = 50;
const MAX_CHUNK_FILES = 1000;
/** Room for names and paths below the server's limit of 1 MiB. */
const MAX_CHUNK_BYTES = 900_000;

type Skipped = SentFiles['skipped'][number];

export interface AnnounceTarget extends SendTarget {
  readonly signal: AbortSignal;
  /** Takes over files that the server now lists as waiting. */
  readonly onWaiting: (files: readonly FileToSend[]) => void;
  /** Takes leave of files that an earlier run had brought there already. */
  readonly onStored: (files: readonly FileToSend[]) => void;
}

/**
 * Announces files as they are found, so that both sides see them as `waiting`; what the server refuses is told among the skipped.
 * Rejects when the server cannot be reached.
 */
export async function announceFound(target: AnnounceTarget, found: AsyncIterable<Found>): Promise<SentFiles> {
  const batch = randomUUID();
  const skipped: Skipped[] = [];
  let files = 0;
  let chunk = emptyChunk(FIRST_CHUNK_FILES);

  const announceChunk = async (): Promise<void> => {
    const refused = await announceChunkOf(target, batch, chunk.files);
    files += chunk.files.length - refused.length;
    skipped.push(...refused);
    chunk = emptyChunk();
  };

  for await (const item of found) {
    target.signal.throwIfAborted();
    if (item.kind === 'skipped') {
      skipped.push({ name: item.name, failure: item.failure });
      continue;
    }
    const { kind: _kind, ...file } = item;
    chunk.add({ id: randomUUID(), batch, ...file });
    if (chunk.isFull()) await announceChunk();
  }
  await announceChunk();
  return { batch, files, skipped };
}

/** Announces files again, under their old ids, and hands on those that the server takes; answers with the others. */
export async function announceAgain(target: AnnounceTarget, batch: string, files: readonly FileToSend[]): Promise<readonly Skipped[]> {
  const refused: Skipped[] = [];
  let chunk = emptyChunk();
  for (const file of files) {
    chunk.add(file);
    if (!chunk.isFull()) continue;
    refused.push(...await announceChunkOf(target, batch, chunk.files));
    chunk = emptyChunk();
  }
  return [...refused, ...await announceChunkOf(target, batch, chunk.files)];
}

interface Chunk {
  readonly files: readonly FileToSend[];
  add(file: FileToSend): void;
  isFull(): boolean;
}

function emptyChunk(mostFiles = MAX_CHUNK_FILES): Chunk {
  const files: FileToSend[] = [];
  let bytes = 0;
  return {
    files,
    add(file) {
      files.push(file);
      bytes += Buffer.byteLength(JSON.stringify(toAnnounced(file))) + 1;
    },
    isFull: () => files.length >= mostFiles || bytes > MAX_CHUNK_BYTES,
  };
}

async function announceChunkOf(target: AnnounceTarget, batch: string, files: readonly FileToSend[]): Promise<readonly Skipped[]> {
  if (files.length === 0) return [];
  const answer = await announceBatch(target, batch, files, target.signal);
  if (answer.kind === 'refused') return files.map((file) => ({ name: nameForPeople(file), failure: answer.failure }));
  target.onWaiting(files.filter((file) => answer.outcomes.get(file.id)?.state === 'waiting'));
  target.onStored(files.filter((file) => answer.outcomes.get(file.id)?.state === 'stored'));
  return files.flatMap((file) => {
    const failure = answer.outcomes.get(file.id)?.failure;
    return failure ? [{ name: nameForPeople(file), failure }] : [];
  });
}

function nameForPeople(file: FileToSend): string {
  return file.folder === '' ? file.name : `${file.folder}/${file.name}`;
}
