import type { BatchBody } from '../../../server/contracts/api.ts';
import type { FailureReport } from '../../../server/contracts/failure.ts';
import { exchange } from './exchange.ts';
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
  const wanted: BatchBody = { batch, files: files.map((file) => toAnnounced(file)) };
  const json = Buffer.from(JSON.stringify(wanted));
  const headers = { 'content-type': 'application/json', 'content-length': json.length };
  const { status, body } = await exchange(target, { method: 'POST', path: '/api/batches', headers, body: [json] }, signal);
  return status < 300 ? { kind: 'announced', outcomes: readOutcomes(body) } : { kind: 'refused', failure: readFailure(body) };
}
