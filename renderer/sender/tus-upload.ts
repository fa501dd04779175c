import type { FailureCode } from '../../server/contracts/failure.ts';
import type { FileDigest } from '../../server/contracts/upload.ts';
import { ApiFailure, ServerUnreachable } from '../api/api-failure.ts';
import type { TusClient, TusStanding } from '../api/tus-client.ts';
import { orAborted } from './or-aborted.ts';
import { createPieceReader } from './piece-reader.ts';
import { createPieceSizer } from './piece-sizer.ts';
import type { PieceKind } from './piece-kind.ts';
import type { QueuedFile } from './plan-request.ts';

/** The server has nothing of it (any more): it begins again. */
const GONE_CODES: ReadonlySet<FailureCode> = new Set<FailureCode>(['UPLOAD_NOT_FOUND', 'UPLOAD_EXPIRED', 'UPLOAD_STATE_LOST']);

/** The piece belongs elsewhere: the server stands at another offset, or has nothing of it. */
const MISPLACED_CODES: ReadonlySet<FailureCode> = new Set<FailureCode>([...GONE_CODES, 'UPLOAD_OFFSET_CONFLICT']);

/** Answers in a row that bring the upload no byte further; then a pause is better than another question. */
const MOST_FRUITLESS = 3;

/** Held back while the file is still being hashed: these last bytes carry the hash, and all others need not wait for it. */
const TAIL_BYTES = 1 << 20;

/** The hash of the file on its way, which is being made beside. */
export interface ComingDigest {
  readonly isKnown: () => boolean;
  /** Null when there will be none. @throws FileChanged, the signal's reason when called off */
  wait(): Promise<FileDigest | null>;
}

interface TusOptions {
  readonly tus: TusClient;
  readonly pieces: PieceKind;
  /** True when an earlier try has made the upload: it is asked for, not made. */
  readonly begun: boolean;
  readonly digest: ComingDigest;
  readonly signal: AbortSignal;
  /** Told where the upload stands, whenever the server says so. */
  readonly advanced: (offset: number) => void;
  /** Told how many bytes of the file the browser says have left, those of earlier pieces included. */
  readonly sent: (bytes: number) => void;
}

/**
 * Brings one large file to the server, piece by piece, from where the server's disk says that it stands.
 * When this resolves, the file is stored; `verified` when the last bytes went with their hash, which the server has checked.
 * @throws FileChanged, and as Client.call; what had arrived stays there for the next try
 */
export async function sendByTus(queued: QueuedFile, { tus, pieces, begun, digest, signal, advanced, sent }: TusOptions): Promise<{ readonly verified: boolean }> {
  const { id, batch, file, folder } = queued;
  const reader = createPieceReader(file, pieces);
  const sizer = createPieceSizer();
  const create = (): Promise<TusStanding> => tus.create({ id, batch, name: file.name, folder, size: file.size }, signal);
  const find = (): Promise<TusStanding> => tus.standing(id, signal).catch((error: unknown) => {
    if (isFailureOf(error, GONE_CODES)) return create();
    throw error;
  });

  /** What goes next, with the hash when it brings the end. */
  async function nextPiece(offset: number): Promise<{ readonly bytes: Blob; readonly hash: FileDigest | null }> {
    const bytes = await orAborted(reader.read(offset, sizer.bytes()), signal);
    if (offset + bytes.size < file.size) return { bytes, hash: null };
    if (!digest.isKnown() && bytes.size > TAIL_BYTES) return { bytes: bytes.slice(0, bytes.size - TAIL_BYTES), hash: null };
    return { bytes, hash: await digest.wait() };
  }

  let standing = await (begun ? find() : create());
  let verified = false;
  let fruitless = 0;
  for (;;) {
    advanced(standing.offset);
    if (standing.stored) return { verified };
    const { offset } = standing;
    // Complete but not stored, after a crash at the last moment: an empty piece makes the server finish it.
    const { bytes, hash } = await nextPiece(offset);
    verified = hash !== null;
    const beganAtMs = performance.now();
    try {
      standing = await tus.append(id, { offset, bytes, digest: hash, signal, sent(loaded) { sent(offset + loaded); } });
      sizer.took(performance.now() - beganAtMs);
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
