import type { DuplicatePolicy } from '../../server/contracts/duplicates.ts';
import type { FailureCode } from '../../server/contracts/failure.ts';
import type { FileDigest } from '../../server/contracts/upload.ts';
import { ApiFailure, ServerUnreachable } from '../api/api-failure.ts';
import type { TusClient, TusStanding } from '../api/tus-client.ts';
import { orAborted } from './or-aborted.ts';
import { createPieceReader } from './piece-reader.ts';
import type { PieceKind } from './piece-kind.ts';
import type { QueuedFile } from './plan-request.ts';

/** The server has nothing of it (any more): it begins again. */
const GONE_CODES: ReadonlySet<FailureCode> = new Set<FailureCode>(['UPLOAD_NOT_FOUND', 'UPLOAD_EXPIRED', 'UPLOAD_STATE_LOST']);

/** The piece belongs elsewhere: the server stands at another offset, or has nothing of it. */
const MISPLACED_CODES: ReadonlySet<FailureCode> = new Set<FailureCode>([...GONE_CODES, 'UPLOAD_OFFSET_CONFLICT']);

/** Answers in a row that bring the upload no byte further; then a pause is better than another question. */
const MOST_FRUITLESS = 3;

/** The hash of the file on its way, which is being made beside. */
export interface ComingDigest {
  readonly isKnown: () => boolean;
  /** Null when there will be none. @throws FileChanged, the signal's reason when called off */
  wait(): Promise<FileDigest | null>;
}

interface Piece {
  readonly bytes: Blob;
  /** Of the whole file. */
  readonly hash: FileDigest | null;
  /** It brings the last bytes, and the hash is still to come. */
  readonly holds: boolean;
}

interface TusOptions {
  readonly tus: TusClient;
  readonly pieces: PieceKind;
  /** True when an earlier try has made the upload: it is asked for, not made. */
  readonly begun: boolean;
  readonly digest: ComingDigest;
  /** For a name that exists already; undefined: what is usual on the server. */
  readonly duplicates: DuplicatePolicy | undefined;
  readonly signal: AbortSignal;
  /** Told where the upload stands, whenever the server says so. */
  readonly advanced: (offset: number) => void;
  /** Told how many bytes of the file the browser says have left, those of earlier pieces included. */
  readonly sent: (bytes: number) => void;
}

/**
 * Brings one large file to the server, from where the server's disk says that it stands.
 * When this resolves, the file is stored; `verified` when they went with their hash, which the server has checked.
 * @throws FileChanged, and as Client.call; what had arrived stays there for the next try
 */
export async function sendByTus(queued: QueuedFile, { tus, pieces, begun, digest, duplicates, signal, advanced, sent }: TusOptions): Promise<{ readonly verified: boolean }> {
  const { id, batch, file, folder } = queued;
  const reader = createPieceReader(file, pieces);
  const create = (): Promise<TusStanding> => tus.create({ id, batch, name: file.name, folder, size: file.size, duplicates }, signal);
  const find = (): Promise<TusStanding> => tus.standing(id, signal).catch((error: unknown) => {
    if (isFailureOf(error, GONE_CODES)) return create();
    throw error;
  });

  /** What goes next. The last bytes need not wait for the hash of the file: when it is not known yet, an empty piece brings it. */
  async function nextPiece(offset: number): Promise<Piece> {
    const bytes = await orAborted(reader.read(offset), signal);
    const isLast = offset + bytes.size === file.size;
    const holds = isLast && bytes.size > 0 && !digest.isKnown();
    return { bytes, holds, hash: isLast && !holds ? await digest.wait() : null };
  }

  let standing = await (begun ? find() : create());
  let verified = false;
  let fruitless = 0;
  for (;;) {
    advanced(standing.offset);
    if (standing.stored) return { verified };
    const { offset } = standing;
    // Complete but not stored: an empty piece makes the server finish it.
    const { bytes, hash, holds } = await nextPiece(offset);
    verified = hash !== null;
    try {
      standing = await tus.append(id, { offset, bytes, digest: hash, holds, signal, sent(loaded) { sent(offset + loaded); } });
    } catch (error) {
      if (!isFailureOf(error, MISPLACED_CODES)) throw error;
      verified = false;
      standing = await find();
    }
    fruitless = standing.offset > offset ? 0 : fruitless + 1;
    if (fruitless === MOST_FRUITLESS && !standing.stored) throw new ServerUnreachable('The upload does not get on');
  }
}

function isFailureOf(error: unknown, codes: ReadonlySet<FailureCode>): boolean {
  return error instanceof ApiFailure && codes.has(error.report.code);
}
