import { setTimeout as pause } from 'node:timers/promises';
import type { FailureCode } from '../../../server/contracts/failure.ts';
import { decideNext } from './decide-next.ts';
import { discardUpload } from './discard-upload.ts';
import { SourceFailure } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';
import { readSource } from './read-source.ts';
import type { GroupTarget } from './send-group.ts';
import type { SendOutcome } from './send-outcome.ts';
import { appendRest, askStanding, createUpload } from './tus-requests.ts';
import type { TusReply } from './tus-requests.ts';

/** Most time for asking what became of an upload that was broken off. */
const LAST_LOOK_MS = 2000;

export interface ResumableOptions {
  readonly signal: AbortSignal;
  /** Cuts the pause before the next try short. */
  readonly woken?: () => AbortSignal;
}

/**
 * Sends one file from where the server has it, and goes on by itself when the connection breaks. The file is looked at before
 * every continuation: the end of another one must not be glued to what has arrived. Never rejects.
 */
export async function sendResumable(target: GroupTarget, file: FileToSend, { signal, woken }: ResumableOptions): Promise<SendOutcome> {
  let furthest = 0;
  let fruitless = 0;
  for (;;) {
    const tried = await tryOnce(target, file, signal);
    if (tried.kind !== 'broken') return tried.kind;
    fruitless = tried.from > furthest ? 1 : fruitless + 1;
    furthest = Math.max(furthest, tried.from);
    const next = signal.aborted ? { kind: 'leave' as const } : decideNext(tried.code, fruitless);
    if (next.kind === 'leave') {
      if (signal.aborted && (await isStoredAllTheSame(target, file))) return 'stored';
      // One that did not even begin would wait for ever.
      if (!signal.aborted) target.giveUp([file.id], tried.code ?? 'UPLOAD_ABORTED');
      return tried.code === 'CANCELLED' ? 'ended' : 'interrupted';
    }
    // Cut short by `signal`, which the next look at it finds, and by whoever wakes us.
    await pause(next.afterMs, undefined, { signal: AbortSignal.any([signal, ...(woken === undefined ? [] : [woken()])]) }).catch(() => undefined);
  }
}

type Tried =
  | { readonly kind: SendOutcome }
  | {
      readonly kind: 'broken';
      /** Null when the connection was lost without a word. */
      readonly code: FailureCode | null;
      /** Where it stood before this try. */
      readonly from: number;
    };

async function tryOnce(target: GroupTarget, file: FileToSend, signal: AbortSignal): Promise<Tried> {
  let from = 0;
  try {
    const standing = await findStanding(target, file, signal);
    if (standing.kind !== 'standing') return readEnd(standing, from);
    from = standing.offset;
    return readEnd(await append(target, file, from, signal), from);
  } catch (error) {
    if (!(error instanceof SourceFailure)) return { kind: 'broken', code: null, from };
    return discard(target, file, error.code, signal);
  }
}

function readEnd(reply: TusReply, from: number): Tried {
  if (reply.kind === 'stored') return { kind: 'stored' };
  return { kind: 'broken', code: reply.kind === 'refused' ? reply.code : null, from };
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

async function findStanding(target: GroupTarget, file: FileToSend, signal: AbortSignal): Promise<TusReply> {
  const standing = await askStanding(target, file.id, signal);
  return standing.kind === 'unknown' ? createUpload(target, file, signal) : standing;
}

async function append(target: GroupTarget, file: FileToSend, from: number, signal: AbortSignal): Promise<TusReply> {
  const source = readSource(file, from);
  try {
    // Before the request begins: a file that has changed must not take the upload over from what still writes to it.
    const first = await source.next();
    return await appendRest(target, file, from, readOn(first, source), signal);
  } finally {
    await source.return(undefined);
  }
}

async function* readOn(first: IteratorResult<Buffer, unknown>, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.done !== true) yield first.value;
  yield* rest;
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
