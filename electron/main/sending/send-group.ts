import type { FailureCode } from '../../../server/contracts/failure.ts';
import type { SendTarget } from './exchange.ts';
import { SourceFailure } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';
import { readSource } from './read-source.ts';
import { readFailure, readOutcomes } from './read-reply.ts';
import type { SendOutcome } from './send-outcome.ts';
import { sendForm } from './send-form.ts';
import { createUploadForm } from './upload-form.ts';
import type { FormPart } from './upload-form.ts';

export interface GroupTarget extends SendTarget {
  /** Tells the server that these will not come, and why; what has ended already stays as it is. */
  readonly giveUp: (ids: readonly string[], code: FailureCode) => void;
}

/**
 * Sends the files of one request, and answers what became of each; one that is not named in the answer has ended. Never rejects: each
 * file's record says why it ended.
 */
export async function sendGroup(
  target: GroupTarget, group: readonly FileToSend[], signal: AbortSignal,
): Promise<ReadonlyMap<string, SendOutcome>> {
  const { parts, close } = await prepare(target, group, signal);
  const ids = parts.map((part) => part.file.id);
  const batch = parts[0]?.file.batch;
  if (batch === undefined) return new Map(signal.aborted ? group.map(({ id }) => [id, 'interrupted'] as const) : []);
  try {
    const answer = await sendForm(target, batch, createUploadForm(parts), signal);
    const outcomes = readOutcomes(answer.body);
    // Refused before the server had looked at the files: they would wait for ever.
    if (outcomes.size === 0) target.giveUp(ids, readFailure(answer.body).code);
    return new Map(ids.map((id) => [id, outcomes.get(id)?.state === 'stored' ? 'stored' : 'ended']));
  } catch (error) {
    // Whoever broke it off has told the server why, or is ending it.
    if (signal.aborted) return new Map(ids.map((id) => [id, 'interrupted']));
    target.giveUp(ids, error instanceof SourceFailure ? error.code : 'UPLOAD_ABORTED');
    return new Map();
  } finally {
    await close();
  }
}

interface Prepared {
  readonly parts: readonly FormPart[];
  /** Also for parts whose turn never came. */
  readonly close: () => Promise<unknown>;
}

/**
 * Opens what can be opened before the request begins. Small files are read whole, so that one that cannot be read never takes its
 * neighbours with it; of a large one the first bytes.
 */
async function prepare(target: GroupTarget, group: readonly FileToSend[], signal: AbortSignal): Promise<Prepared> {
  const parts: FormPart[] = [];
  const sources: AsyncGenerator<Buffer>[] = [];
  for (const file of group) {
    if (signal.aborted) break;
    const source = readSource(file);
    try {
      const first = group.length === 1 ? await source.next() : null;
      parts.push({ file, bytes: first === null ? [await readWhole(source)] : readOn(target, file, first, source) });
      sources.push(source);
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      target.giveUp([file.id], error.code);
    }
  }
  return { parts, close: () => Promise.all(sources.map((source) => source.return(undefined))) };
}

async function readWhole(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* readOn(target: GroupTarget, file: FileToSend, first: IteratorResult<Buffer>, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.done !== true) yield first.value;
    yield* rest;
  } catch (error) {
    // Before the connection breaks, or the server would give that as the reason.
    if (error instanceof SourceFailure) target.giveUp([file.id], error.code);
    throw error;
  }
}
