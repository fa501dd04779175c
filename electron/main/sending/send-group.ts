import type { FailureCode } from '../../../server/contracts/failure.ts';
import { announceBatch } from './announce-batch.ts';
import type { SendTarget } from './exchange.ts';
import { createDigester } from './file-hash.ts';
import { SourceFailure } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';
import { readPiece } from './read-source.ts';
import { readFailure, readOutcomes } from './read-reply.ts';
import { sendForm } from './send-form.ts';
import type { SendOutcome } from './send-outcome.ts';
import { createUploadForm } from './upload-form.ts';
import type { FormPart } from './upload-form.ts';

export interface GroupTarget extends SendTarget {
  /** Tells the server that these will not come, and why; what has ended already stays as it is. Resolves when their records say so. */
  readonly giveUp: (ids: readonly string[], code: FailureCode) => Promise<void>;
}

type Outcomes = ReadonlyMap<string, SendOutcome>;

/**
 * Sends small files of one batch in one request, and answers what became of each; one that is not named in the answer has ended. What
 * arrives as something else than was read is sent once more. Never rejects: each file's record says why it ended.
 */
export async function sendGroup(target: GroupTarget, group: readonly FileToSend[], signal: AbortSignal): Promise<Outcomes> {
  try {
    const first = await sendOnce(target, group, signal);
    const damaged = group.filter(({ id }) => first.damaged.has(id));
    const batch = damaged[0]?.batch;
    if (batch === undefined) return first.outcomes;
    await announceBatch(target, batch, damaged, signal);
    return new Map([...first.outcomes, ...(await sendOnce(target, damaged, signal)).outcomes]);
  } catch (error) {
    // Whoever broke it off has told the server why, or is ending it.
    if (signal.aborted) return new Map(group.map(({ id }) => [id, 'interrupted']));
    await target.giveUp(group.map(({ id }) => id), error instanceof SourceFailure ? error.code : 'UPLOAD_ABORTED');
    return new Map();
  }
}

interface SentOnce {
  readonly outcomes: Outcomes;
  /** Ids of those that arrived as something else. */
  readonly damaged: ReadonlySet<string>;
}

async function sendOnce(target: GroupTarget, group: readonly FileToSend[], signal: AbortSignal): Promise<SentOnce> {
  const parts = await readParts(target, group, signal);
  const ids = parts.map((part) => part.file.id);
  const batch = parts[0]?.file.batch;
  if (batch === undefined) return { outcomes: new Map(), damaged: new Set() };
  const answer = await sendForm(target, batch, createUploadForm(parts), signal);
  const outcomes = readOutcomes(answer.body);
  // Refused before the server had looked at the files: they would wait for ever.
  if (outcomes.size === 0) await target.giveUp(ids, readFailure(answer.body).code);
  return {
    outcomes: new Map(ids.map((id) => [id, outcomes.get(id)?.state === 'stored' ? 'stored' : 'ended'])),
    damaged: new Set(ids.filter((id) => outcomes.get(id)?.failure?.code === 'CHECKSUM_MISMATCH')),
  };
}

/**
 * Reads and hashes files, each once and whole, so that the bytes that are hashed are those that are sent, and one that cannot be read
 * never takes its neighbours with it.
 */
async function readParts(target: GroupTarget, group: readonly FileToSend[], signal: AbortSignal): Promise<readonly FormPart[]> {
  const digest = await createDigester();
  const parts: FormPart[] = [];
  for (const file of group) {
    signal.throwIfAborted();
    try {
      const bytes = await readPiece(file);
      parts.push({ file, bytes, digest: digest(bytes) });
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      await target.giveUp([file.id], error.code);
    }
  }
  return parts;
}
