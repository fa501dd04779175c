import { MOST_PROVABLE, PROVABLE_ADDRESS, type ProofQuery } from '../../../server/contracts/proof.ts';
import { REPLY_GUARDS } from '../../api/reply-guards.ts';
import { makeId } from '../../sender/make-id.ts';
import { acquaintanceOf, proofOf, type Acquaintance } from './proof-of.ts';

/** The step that fails, as far as a page can know. */
export type Finding =
  /** This page's own address answers. */
  | { readonly kind: 'answers' }
  /** It does not, and another one is the computer's: its origin. */
  | { readonly kind: 'elsewhere'; readonly origin: string }
  | { readonly kind: 'offline' }
  | { readonly kind: 'nobody' };

/** In the same network an answer takes milliseconds; a phone whose radio slept, a second or two. */
const ANSWER_MS = 4000;

/** Which of the computer's other addresses a page of that origin may ask, as the server has put it into the page's policy. */
export function askableOrigins(addresses: readonly string[], own: string): readonly string[] {
  const origins = addresses.map((address) => new URL(address).origin);
  return origins.includes(own) && own.startsWith('http:') ? origins.filter((origin) => origin !== own && PROVABLE_ADDRESS.test(origin)).slice(0, MOST_PROVABLE) : [];
}

/**
 * Asks all addresses of the computer at once. Another one than the page's own counts only if it proves to be the same computer, because
 * a stranger may have got that address since. What is found after it was called off means nothing.
 */
export async function raceAddresses(addresses: readonly string[], token: string | null, signal: AbortSignal): Promise<Finding> {
  const race = new AbortController();
  const end = (): void => { race.abort(); };
  const timer = setTimeout(end, ANSWER_MS);
  signal.addEventListener('abort', end, { once: true });
  const known = acquaintanceOf(token);
  const others = known === null ? [] : askableOrigins(addresses, location.origin).map(async (origin) => ((await isProven(origin, known, race.signal)) ? origin : null));
  const elsewhere = firstOf(others);
  // Where this page is nothing has to be chosen again, so that another address is of interest only when this one does not answer.
  const isHere = await askOwn(race.signal);
  const origin = isHere ? null : await elsewhere;
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
  end();
  if (isHere) return { kind: 'answers' };
  if (origin !== null) return { kind: 'elsewhere', origin };
  return navigator.onLine ? { kind: 'nobody' } : { kind: 'offline' };
}

/** The first that is not null; null once all are. */
function firstOf(all: readonly Promise<string | null>[]): Promise<string | null> {
  return new Promise((resolve) => {
    for (const each of all) void each.then((found) => { if (found !== null) resolve(found); });
    void Promise.all(all).then(() => { resolve(null); });
  });
}

/** Any answer of a Slipway will do: whether this page may come in, it learns by going on. */
async function askOwn(signal: AbortSignal): Promise<boolean> {
  return (await ask('', { nonce: makeId(), session: '-' }, signal)) !== null;
}

async function isProven(origin: string, { session, key }: Acquaintance, signal: AbortSignal): Promise<boolean> {
  const nonce = makeId();
  return (await ask(origin, { nonce, session }, signal)) === proofOf(key, nonce, origin);
}

/** Null when nobody answers, or somebody else does. */
async function ask(origin: string, query: ProofQuery, signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await fetch(`${origin}/api/proof?${new URLSearchParams({ ...query }).toString()}`, { signal, cache: 'no-store', credentials: 'omit', redirect: 'error' });
    const reply: unknown = await answer.json();
    return answer.ok && REPLY_GUARDS['GET /api/proof'](reply) ? reply.proof : null;
  } catch {
    // Unreachable, called off, or not ours: which of them, browsers do not tell.
    return null;
  }
}
