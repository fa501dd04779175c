import type { FailureCode } from '../../../server/contracts/failure.ts';
import { decideNext, isNoRoom } from './decide-next.ts';
import { discardUpload } from './discard-upload.ts';
import { createFileHash } from './file-hash.ts';
import type { FileHash, SavedHash } from './file-hash.ts';
import { SourceFailure } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';
import { sendFrom } from './send-from.ts';
import type { GroupTarget } from './group-target.ts';
import type { SendOutcome } from './send-outcome.ts';
import { pauseBeforeTrying } from './sending-signals.ts';
import type { SendingSignals } from './sending-signals.ts';
import { askStanding, createUpload } from './tus-requests.ts';
import type { TusReply } from './tus-requests.ts';

/** Most time for asking what became of an upload that was broken off. */
const LAST_LOOK_MS = 2000;

export interface ResumableOptions extends SendingSignals {
  /** How far an earlier sending had hashed the file; without it, what has arrived is read again. */
  readonly hashed?: SavedHash | undefined;
  /** Told when it is interrupted. */
  readonly onHashed?: (hashed: SavedHash) => void;
}

/**
 * Sends one file from where the server has it, and goes on by itself when the connection breaks. When other bytes arrived than were
 * read, it begins again, once. The file is looked at before every continuation: the end of another one must not be glued to what has
 * arrived. Never rejects.
 */
export async function sendResumable(target: GroupTarget, file: FileToSend, options: ResumableOptions): Promise<SendOutcome> {
  const { signal, onHashed } = options;
  let hash = await createFileHash(options.hashed);
  let isSecond = false;
  let furthest = 0;
  let fruitless = 0;
  for (;;) {
    const tried = await tryOnce(target, file, hash, signal);
    if (tried.kind !== 'broken') return tried.kind;
    if (tried.code === 'CHECKSUM_MISMATCH') {
      // The server has kept nothing of it, and says so.
      if (isSecond) return 'ended';
      isSecond = true;
      hash = await createFileHash();
      continue;
    }
    const from = tried.from ?? 0;
    fruitless = from > furthest ? 1 : fruitless + 1;
    furthest = Math.max(furthest, from);
    // Nothing of it is there that could wait for room.
    const isUnbegun = tried.from === null && isNoRoom(tried.code);
    const next = signal.aborted || isUnbegun ? { kind: 'leave' as const } : decideNext(tried.code, fruitless);
    if (next.kind === 'leave') {
      if (signal.aborted && (await isStoredAllTheSame(target, file))) return 'stored';
      // One that did not even begin would wait for ever.
      if (!signal.aborted) await target.giveUp([file.id], tried.code ?? 'UPLOAD_ABORTED');
      if (tried.code === 'CANCELLED') return 'ended';
      onHashed?.(hash.save());
      return 'interrupted';
    }
    await pauseBeforeTrying(next.afterMs, options);
  }
}

type Tried =
  | { readonly kind: SendOutcome }
  | {
      readonly kind: 'broken';
      /** Null when the connection was lost without a word. */
      readonly code: FailureCode | null;
      /** Where it stood before this try; null when the server had nothing of it, and would not have it. */
      readonly from: number | null;
    };

async function tryOnce(target: GroupTarget, file: FileToSend, hash: FileHash, signal: AbortSignal): Promise<Tried> {
  let from: number | null = null;
  try {
    const standing = await findStanding(target, file, signal);
    if (standing.kind !== 'standing') return readEnd(standing, from);
    from = standing.offset;
    return readEnd(await sendFrom(target, file, hash, from, signal), from);
  } catch (error) {
    if (!(error instanceof SourceFailure)) return { kind: 'broken', code: null, from };
    return discard(target, file, error.code, signal);
  }
}

function readEnd(reply: TusReply, from: number | null): Tried {
  if (reply.kind === 'stored') return { kind: 'stored' };
  return { kind: 'broken', code: reply.kind === 'refused' ? reply.code : null, from };
}

async function findStanding(target: GroupTarget, file: FileToSend, signal: AbortSignal): Promise<TusReply> {
  const standing = await askStanding(target, file.id, signal);
  return standing.kind === 'unknown' ? createUpload(target, file, signal) : standing;
}

/** Whoever broke it off may have come too late; sent again, it would lie there twice. */
async function isStoredAllTheSame(target: GroupTarget, file: FileToSend): Promise<boolean> {
  try {
    return (await askStanding(target, file.id, AbortSignal.timeout(LAST_LOOK_MS))).kind === 'stored';
  } catch {
    // The server is going too, and nobody knows; the next start asks again.
    return false;
  }
}

async function discard(target: GroupTarget, file: FileToSend, code: SourceFailure['code'], signal: AbortSignal): Promise<Tried> {
  try {
    await discardUpload(target, file, code, signal);
    return { kind: 'ended' };
  } catch {
    // The server is going; the next start finds the file as changed as it is now.
    return { kind: 'interrupted' };
  }
}
