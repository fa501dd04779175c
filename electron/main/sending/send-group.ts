import { SourceFailure } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';
import { readSmallSource, readSource } from './read-source.ts';
import { readFailure, readOutcomes } from './read-reply.ts';
import { sendForm } from './send-form.ts';
import type { FormTarget } from './send-form.ts';
import { createUploadForm } from './upload-form.ts';
import type { FormPart } from './upload-form.ts';

/**
 * Sends the files of one request; answers with the ids of those that are stored. Small files are read before the request begins,
 * so that one that cannot be read never takes its neighbours with it: it goes on its own, to fail on its own.
 */
export async function sendGroup(target: FormTarget, group: readonly FileToSend[], signal: AbortSignal): Promise<readonly string[]> {
  const [only] = group;
  if (only !== undefined && group.length === 1) return send(target, [{ file: only, bytes: readSource(only) }], signal);

  const parts: FormPart[] = [];
  const bad: FileToSend[] = [];
  for (const file of group) {
    signal.throwIfAborted();
    const bytes = await readOrNull(file);
    if (bytes === null) bad.push(file);
    else parts.push({ file, bytes: [bytes] });
  }
  const stored = parts.length === 0 ? [] : [...await send(target, parts, signal)];
  for (const file of bad) stored.push(...await sendAlone(target, file, signal));
  return stored;
}

async function send(target: FormTarget, parts: readonly FormPart[], signal: AbortSignal): Promise<readonly string[]> {
  const batch = parts[0]?.file.batch ?? '';
  const answer = await sendForm(target, batch, createUploadForm(parts), signal);
  const outcomes = readOutcomes(answer.body);
  if (outcomes.size === 0) throw new RefusedForm(readFailure(answer.body).code);
  return [...outcomes].filter(([, outcome]) => outcome.state === 'stored').map(([id]) => id);
}

async function sendAlone(target: FormTarget, file: FileToSend, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await send(target, [{ file, bytes: readSource(file) }], signal);
  } catch (error) {
    // What is wrong with this file must not keep the next from being tried.
    if (error instanceof SourceFailure) return [];
    throw error;
  }
}

async function readOrNull(file: FileToSend): Promise<Buffer | null> {
  try {
    return await readSmallSource(file);
  } catch (error) {
    if (error instanceof SourceFailure) return null;
    throw error;
  }
}

/** The server took none of a form's files. */
class RefusedForm extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}
