import { KeyvMemcache } from '@keyv/memcache';
import { keyvStore } from './keyv-store.ts';
import type { SharedStore } from './store.ts';

/** The adapter reports a miss as an entry that expired in 1970; Keyv would answer that with a delete, racing with the next write. */
class Memcached extends KeyvMemcache {
  override async get<Value>(key: string): ReturnType<typeof KeyvMemcache.prototype.get<Value>> {
    const found = await super.get<Value>(key);
    const isMiss = typeof found === 'object' && found !== null && 'value' in found && found.value === undefined;
    return isMiss ? undefined : found;
  }
}

/** @param servers `host:port`, with commas between several */
export function openMemcached(servers: string, deadlineMs: number): SharedStore {
  const silent = { log: (): void => undefined };
  const adapter = new Memcached(servers, { timeout: deadlineMs / 1000, conntimeout: 1, retries: 1, failover: false, logger: silent });
  return keyvStore(adapter, { connected: Promise.resolve(), close: async () => adapter.client.close() });
}
