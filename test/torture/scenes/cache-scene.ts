import type { CacheProcess } from '../cache-process.ts';
import type { Scene } from '../scene.ts';
import type { Steady } from '../steady.ts';

/** Redis is killed, or hangs with its sockets open. */
export function openCacheScene(steady: Steady, redis: CacheProcess): Scene {
  return {
    name: 'cache',
    arena: steady.arena,
    mostStrikes: 2,
    mayBeScarce: false,
    url: () => steady.server.url,
    strike: async ({ random }) => {
      if (random.chance(0.5)) await redis.kill();
      else redis.hang();
      return true;
    },
    heal: async () => {
      // Senders go on meanwhile: nobody waits for a cache.
      await redis.heal();
    },
    verdict: () => steady.verdict(),
    close: () => steady.arena.clear(),
  };
}
