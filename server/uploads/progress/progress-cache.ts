import { createHash } from 'node:crypto';
import QuickLRU from 'quick-lru';
import type { CacheHealth } from '../../contracts/api.ts';
import type { Log } from '../../log.ts';
import { createBreaker } from './breaker.ts';
import { createCacheNews } from './cache-news.ts';
import { isEnded, isProgressEntry, type ProgressEntry } from './progress-entry.ts';
import { createMemoryStore } from './stores/memory-store.ts';
import { openStore } from './stores/open-store.ts';

/** No request waits longer than this for the cache. */
const DEADLINE_MS = 250;

/** How long an entry outlives its last change; memcached takes 30 days at most (protocol.txt, "Expiration times"). */
const ENDED_TTL_MS = 60 * 60_000;
const RUNNING_TTL_MS = 24 * 60 * 60_000;

/** Writes that wait while a cache is down; the oldest go first. */
const MOST_ENTRIES = 20_000;

/** A key is written this often at most, but for its last entry; whoever polls asks no more often. */
const WRITE_EVERY_MS = 250;

/** Writes under way at once; more would only queue up inside the client. */
const MOST_WRITES = 8;

/**
 * What is known of an upload by its progress key, shared by all processes that use the same URL. A hint for whoever polls, never
 * the truth: losing it costs nothing but a progress bar.
 */
export interface ProgressCache {
  /** Undefined when there is nothing, or nothing that can be had within 250 ms. Never rejects. */
  get(key: string): Promise<ProgressEntry | undefined>;
  /** Returns at once. While the cache is down, the last entry of each key is kept and written when it is back. */
  put(key: string, entry: ProgressEntry): void;
  /** Forgets a key, as soon as `put` would write it. */
  remove(key: string): void;
  health(): CacheHealth;
  stop(): Promise<void>;
}

/**
 * Resolves when the cache is connected, or after 250 ms: it may be down, and come later.
 * @param url `memory:`, `redis://…`, `rediss://…` or `memcached://host:port`
 * @throws Failure CONFIG_INVALID for any other
 */
export async function openProgressCache(url: string, log: Log): Promise<ProgressCache> {
  if (url.startsWith('memory:')) return openLocalCache();
  const store = await openStore(url, DEADLINE_MS);
  const waiting = new QuickLRU<string, ProgressEntry | null>({ maxSize: MOST_ENTRIES });
  const writing = new Set<string>();
  const resting = new Map<string, NodeJS.Timeout>();

  const write = async (key: string, value: unknown, ttlMs: number): Promise<void> => {
    if (!(await store.set(key, value, ttlMs))) throw new Error('refused');
  };
  const writeEntry = async (key: string, entry: ProgressEntry | null): Promise<void> => {
    if (entry === null) await store.remove(key);
    else await write(key, entry, ttlMs(entry));
  };
  const tell = createCacheNews(log);
  // A write, because a full or read-only Redis still answers reads.
  const probe = (): Promise<void> => write(hashed('probe'), true, ENDED_TTL_MS);
  const breaker = createBreaker({
    deadlineMs: DEADLINE_MS,
    probe,
    onChange: (isOpen, error) => {
      tell(isOpen ? reasonOf(error) : null);
      if (!isOpen) writeWaiting();
    },
  });
  // Without a listener, an error event of the store would end the process (Keyv documentation, "Events").
  store.onError(breaker.fail);

  const rest = (key: string): void => {
    const wake = (): void => {
      resting.delete(key);
      writeWaiting();
    };
    clearTimeout(resting.get(key));
    resting.set(key, setTimeout(wake, WRITE_EVERY_MS).unref());
  };

  /** One write a key at a time, so that an older entry never lands on a newer one. */
  const writeWaiting = (): void => {
    for (const [key, entry] of waiting) {
      if (writing.size >= MOST_WRITES || breaker.isOpen()) return;
      const isLast = entry === null || isEnded(entry);
      if (writing.has(key) || (resting.has(key) && !isLast)) continue;
      waiting.delete(key);
      writing.add(key);
      void breaker.run(() => writeEntry(key, entry)).then((outcome) => {
        writing.delete(key);
        if (!isLast) rest(key);
        if (!outcome.ok && !waiting.has(key)) waiting.set(key, entry);
        writeWaiting();
      });
    }
  };

  await Promise.race([store.connected, after(DEADLINE_MS)]);
  await breaker.run(probe);

  return {
    async get(key) {
      const outcome = await breaker.run(() => store.get(hashed(key)));
      return outcome.ok && isProgressEntry(outcome.value) ? outcome.value : undefined;
    },
    put(key, entry) {
      waiting.set(hashed(key), entry);
      writeWaiting();
    },
    remove(key) {
      waiting.set(hashed(key), null);
      writeWaiting();
    },
    health: () => (breaker.isOpen() ? 'degraded' : 'ok'),
    async stop() {
      breaker.stop();
      for (const timer of resting.values()) clearTimeout(timer);
      // A cache that hangs must not hold up the end of the process.
      await Promise.race([store.close(), after(DEADLINE_MS)]);
    },
  };
}

function ttlMs(entry: ProgressEntry): number {
  return isEnded(entry) ? ENDED_TTL_MS : RUNNING_TTL_MS;
}

/** In this process's own memory nothing is slow, down or anybody else's. */
function openLocalCache(): ProgressCache {
  const store = createMemoryStore();
  return {
    async get(key) {
      const entry = await store.get(key);
      return isProgressEntry(entry) ? entry : undefined;
    },
    put: (key, entry) => void store.set(key, entry, ttlMs(entry)),
    remove: (key) => void store.remove(key),
    health: () => 'ok',
    stop: () => Promise.resolve(),
  };
}

/** Any key becomes one that every store takes: memcached never answers for keys with spaces or over 250 bytes. */
function hashed(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
