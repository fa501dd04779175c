import type { FailureCode } from '../../server/contracts/failure.ts';
import { ApiFailure, ServerUnreachable } from '../api/api-failure.ts';
import type { TusClient, TusStanding } from '../api/tus-client.ts';
import { createChunkReader } from './chunk-reader.ts';
import { orAborted } from './or-aborted.ts';
import type { QueuedFile } from './plan-request.ts';

/** The server has nothing of it (any more): it begins again. */
const GONE_CODES: ReadonlySet<FailureCode> = new Set<FailureCode>(['UPLOAD_NOT_FOUND', 'UPLOAD_EXPIRED', 'UPLOAD_STATE_LOST']);

/** The chunk belongs elsewhere: the server stands at another offset, or has nothing of it. */
const MISPLACED_CODES: ReadonlySet<FailureCode> = new Set<FailureCode>([...GONE_CODES, 'UPLOAD_OFFSET_CONFLICT']);

/** Answers in a row that bring the upload no byte further; then a pause is better than another question. */
const MOST_FRUITLESS = 3;

interface TusOptions {
  readonly tus: TusClient;
  /** True when an earlier try has made the upload: it is asked for, not made. */
  readonly begun: boolean;
  readonly signal: AbortSignal;
  /** Told where the upload stands, whenever the server says so. */
  readonly advanced: (offset: number) => void;
}

/**
 * Brings one large file to the server, chunk by chunk, from where the server's disk says that it stands.
 * When this resolves, the file is stored.
 * @throws FileChanged, and as Client.call; what had arrived stays there for the next try
 */
export async function sendByTus(queued: QueuedFile, { tus, begun, signal, advanced }: TusOptions): Promise<void> {
  const { id, batch, file, folder } = queued;
  const reader = createChunkReader(file);
  const create = (): Promise<TusStanding> => tus.create({ id, batch, name: file.name, folder, size: file.size }, signal);
  const find = (): Promise<TusStanding> => tus.standing(id, signal).catch((error: unknown) => {
    if (isFailureOf(error, GONE_CODES)) return create();
    throw error;
  });

  let standing = await (begun ? find() : create());
  let fruitless = 0;
  for (;;) {
    advanced(standing.offset);
    if (standing.stored) return;
    const before = standing.offset;
    // Complete but not stored, after a crash at the last moment: an empty chunk makes the server finish it.
    const bytes = await orAborted(reader.read(before), signal);
    try {
      standing = await tus.append(id, before, bytes, signal);
    } catch (error) {
      if (!isFailureOf(error, MISPLACED_CODES)) throw error;
      standing = await find();
    }
    fruitless = standing.offset > before ? 0 : fruitless + 1;
    if (fruitless === MOST_FRUITLESS && !standing.stored) throw new ServerUnreachable('The upload does not get on');
  }
}

function isFailureOf(error: unknown, codes: ReadonlySet<FailureCode>): boolean {
  return error instanceof ApiFailure && codes.has(error.report.code);
}
