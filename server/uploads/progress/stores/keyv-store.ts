import { Keyv, type KeyvStoreAdapter } from 'keyv';
import type { SharedStore } from './store.ts';

/** The store that an adapter of Keyv's speaks to. */
export function keyvStore(adapter: KeyvStoreAdapter, rest: Pick<SharedStore, 'connected' | 'close'>): SharedStore {
  const keyv = new Keyv(adapter, { namespace: 'slipway', useKeyPrefix: false, throwOnErrors: true });
  return {
    get: (key) => keyv.get<unknown>(key),
    set: (key, value, ttlMs) => keyv.set(key, value, ttlMs),
    remove: (key) => keyv.delete(key),
    onError: (listener) => void keyv.on('error', listener),
    ...rest,
  };
}
