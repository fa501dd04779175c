import { Failure } from '../../../failure.ts';
import type { SharedStore } from './store.ts';

/**
 * Most servers have no shared cache, and the client of Redis alone is a fifth of what a start costs: each is loaded when it is asked for.
 * @param deadlineMs nobody waits longer than this for one call
 * @throws Failure CONFIG_INVALID
 */
export async function openStore(url: string, deadlineMs: number): Promise<SharedStore> {
  const protocol = /^[a-z]+:/u.exec(url)?.[0];
  switch (protocol) {
    case 'redis:':
    case 'rediss:': {
      const { openRedis } = await import('./redis-store.ts');
      return openRedis(url);
    }
    case 'memcached:': {
      const { openMemcached } = await import('./memcached-store.ts');
      return openMemcached(url.slice('memcached://'.length), deadlineMs);
    }
    default:
      throw new Failure('CONFIG_INVALID', { cause: new Error('The cache is memory:, redis://… or memcached://host:port.') });
  }
}
