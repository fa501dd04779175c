import { exchange } from './exchange.ts';
import type { SendTarget } from './exchange.ts';
import { readOutcomes } from './read-reply.ts';
import type { Outcome } from './read-reply.ts';

/** What the server says of every upload it knows. Rejects when it cannot be reached. */
export async function readStates(target: SendTarget, signal: AbortSignal): Promise<ReadonlyMap<string, Outcome>> {
  const { body } = await exchange(target, { method: 'GET', path: '/api/uploads', headers: {} }, signal);
  return readOutcomes(body);
}
