import { untilSilent } from './exchange.ts';
import type { SendTarget } from './exchange.ts';
import { readOutcomes } from './read-reply.ts';
import type { Outcome } from './read-reply.ts';

/** What the server says of every upload it knows. Rejects when it cannot be reached. */
export async function readStates(target: SendTarget, signal: AbortSignal): Promise<ReadonlyMap<string, Outcome>> {
  const response = await fetch(new URL('/api/uploads', target.url), { headers: { authorization: `Bearer ${target.ownerToken}` }, signal: untilSilent(target, signal) });
  return readOutcomes(await response.text());
}
