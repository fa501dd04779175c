import { describe, expect, test } from 'vitest';
import { startMemcached } from '../../helpers/memcached.ts';
import { askRedis, startRedis } from '../../helpers/redis.ts';
import { isSkipped } from '../../helpers/tools.ts';
import { waitUntil, within } from '../../helpers/wait-until.ts';
import { LONGEST_MS, batchEntry, describeProgressCache, getSoon, openCache, uploadEntry } from '../../suites/progress-cache.suite.ts';

describeProgressCache('memory', false, () => Promise.resolve({ url: 'memory:' }));
describeProgressCache('Redis', isSkipped('redis-server'), () => startRedis());
describeProgressCache('Memcached', isSkipped('memcached'), () => startMemcached());

const SHARED = [
  ['Redis', isSkipped('redis-server'), startRedis],
  ['Memcached', isSkipped('memcached'), startMemcached],
] as const;

for (const [name, isLeftOut, start] of SHARED) {
  describe.skipIf(isLeftOut)(`progress cache shared in ${name}`, () => {
    test('is one for all who use the same URL', async () => {
      const { url } = await start();
      const [one, other] = [await openCache(url), await openCache(url)];
      one.put('shared', uploadEntry(7));
      expect(await getSoon(other, 'shared', uploadEntry(7))).toEqual(uploadEntry(7));
    });

    test('that is down: says so within 250 ms, catches up when it is back', async () => {
      const server = await start();
      await server.kill();
      const cache = await within(1000, 'the cache to open', openCache(server.url));
      expect(cache.health()).toBe('degraded');
      cache.put('late', batchEntry(1));
      cache.put('late', batchEntry(2));
      expect(await cache.get('late')).toBeUndefined();
      await server.restart();
      await waitUntil('it to be back', () => cache.health() === 'ok', 10_000);
      expect(await getSoon(cache, 'late', batchEntry(2))).toEqual(batchEntry(2));
    });

    test('that hangs with its socket open holds nobody up for more than 250 ms', async () => {
      const server = await start();
      const events: string[] = [];
      const cache = await openCache(server.url, (event) => events.push(event));
      cache.put('key', batchEntry(1));
      await getSoon(cache, 'key', batchEntry(1));
      server.hang();
      // The signal may take a moment to arrive.
      await waitUntil('it to hang', async () => (await within(LONGEST_MS, 'an answer', cache.get('key'))) === undefined);
      for (let round = 0; round < 5; round += 1) {
        cache.put('key', batchEntry(2));
        expect(await within(LONGEST_MS, 'an answer', cache.get('key'))).toBeUndefined();
      }
      expect(cache.health()).toBe('degraded');
      server.wake();
      await waitUntil('it to be back', () => cache.health() === 'ok', 10_000);
      expect(await getSoon(cache, 'key', batchEntry(2))).toEqual(batchEntry(2));
      expect(events).toEqual(['cache:lost', 'cache:back']);
    });

    test('that is killed and comes back empty goes on', async () => {
      const server = await start();
      const cache = await openCache(server.url);
      cache.put('key', batchEntry(1));
      await getSoon(cache, 'key', batchEntry(1));
      await server.kill();
      cache.put('key', batchEntry(2));
      await waitUntil('the loss to be noticed', () => cache.health() === 'degraded');
      await server.restart();
      expect(await getSoon(cache, 'key', batchEntry(2), 10_000)).toEqual(batchEntry(2));
    });
  });
}

describe.skipIf(isSkipped('redis-server'))('what lies in Redis', () => {
  test('has a hashed key of our own and goes by itself', async () => {
    const { url } = await startRedis();
    const cache = await openCache(url);
    cache.put('a key nobody shall read', batchEntry(1));
    await getSoon(cache, 'a key nobody shall read', batchEntry(1));
    await askRedis(url, async (redis) => {
      const keys = await redis.keys('*');
      expect(keys.length).toBeGreaterThan(0);
      for (const key of keys) {
        expect(key).toMatch(/^slipway\W+[0-9a-f]{32}$/u);
        const livesMs = await redis.pTTL(key);
        expect(livesMs).toBeGreaterThan(0);
        expect(livesMs).toBeLessThanOrEqual(30 * 24 * 3600_000);
      }
    });
  });

  test.each([
    'no JSON', 'null', '{"value":null}', '{"value":{"offset":1000000000}}', '{"value":{"kind":"batch","senderId":"x","uploaded":-1,"totalsize":1,"state":"stored"}}',
    '{"value":{"kind":"batch","senderId":"x","uploaded":1e300,"totalsize":1,"state":"stored"}}', '{"value":{"__proto__":{"kind":"batch"}}}', '{"value":{"kind":"upload","record":[]}}', '[]', '1',
  ])('G10: %s is not believed', async (poison) => {
    const { url } = await startRedis();
    const cache = await openCache(url);
    cache.put('key', batchEntry(1));
    await getSoon(cache, 'key', batchEntry(1));
    await askRedis(url, async (redis) => {
      for (const key of await redis.keys('*')) await redis.set(key, poison);
    });
    expect(await cache.get('key')).toBeUndefined();
  });

  test('G12: is left alone when others have keys there', async () => {
    const { url } = await startRedis();
    await askRedis(url, (redis) => redis.set('theirs', 'kept'));
    const cache = await openCache(url);
    cache.put('key', batchEntry(1));
    await getSoon(cache, 'key', batchEntry(1));
    await cache.stop();
    expect(await askRedis(url, (redis) => redis.get('theirs'))).toBe('kept');
  });

  test('G4: a Redis that is full means degraded, not wrong', async () => {
    const { url } = await startRedis();
    const cache = await openCache(url);
    cache.put('key', batchEntry(1));
    await getSoon(cache, 'key', batchEntry(1));
    await askRedis(url, (redis) => redis.configSet('maxmemory', '1'));
    cache.put('key', batchEntry(2));
    await waitUntil('it to be degraded', () => cache.health() === 'degraded');
    await askRedis(url, (redis) => redis.configSet('maxmemory', '0'));
    expect(await getSoon(cache, 'key', batchEntry(2), 10_000)).toEqual(batchEntry(2));
  });
});

test.each(['http://127.0.0.1', 'redis', '', 'file:///etc/passwd'])('a cache at %j is refused', async (url) => {
  await expect(openCache(url)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
