import { Keyv } from 'keyv';
import QuickLRU from 'quick-lru';
import type { Store } from './store.ts';

/** Entries that are kept, up to twice as many; what is in the queue is found there. */
const MOST_ENTRIES = 5000;

/** In this process's own memory. What it gets is never changed, so it is kept as it is: to put each entry into words was a tenth of what a small file costs. */
export function createMemoryStore(): Store {
  const keyv = new Keyv({ store: new QuickLRU({ maxSize: MOST_ENTRIES }), namespace: 'slipway' });
  keyv.serialize = undefined;
  keyv.deserialize = undefined;
  return {
    get: (key) => keyv.get<unknown>(key),
    set: (key, value, ttlMs) => keyv.set(key, value, ttlMs),
    remove: (key) => keyv.delete(key),
  };
}
