import type { BatchBody } from '../../../server/contracts/api.ts';
import type { FailureReport } from '../../../server/contracts/failure.ts';
import { untilSilent } from './exchange.ts';
import type { SendTarget } from './exchange.ts';
import { toAnnounced } from './file-to-send.ts';
import type { FileToSend } from './file-to-send.ts';
import { readFailure, readOutcomes } from './read-reply.ts';
import type { Outcome } from './read-reply.ts';

export type BatchAnswer =
  | { readonly kind: 'announced'; readonly outcomes: ReadonlyMap<string, Outcome> }
  | { readonly kind: 'refused'; readonly failure: FailureReport };

/** Announces files in one request. Rejects when the server cannot be reached. */
export async function announceBatch(target: SendTarget, batch: string, files: readonly FileToSend[], signal: AbortSignal): Promise<BatchAnswer> {
  const body: BatchBody = { batch, files: files.map((file) => toAnnounced(file)) };
  const response = await fetch(new URL('/api/batches', target.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${target.ownerToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: untilSilent(target, signal),
  });
  const reply = await response.text();
  return response.ok ? { kind: 'announced', outcomes: readOutcomes(reply) } : { kind: 'refused', failure: readFailure(reply) };
}
