import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { readClassicStatus, readJson } from '../helpers/http-answer.ts';
import type { TestServer } from '../helpers/launch-server.ts';
import { startMemcached } from '../helpers/memcached.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../helpers/multipart.ts';
import { askRedis, startRedis, type RedisLooker } from '../helpers/redis.ts';
import { sampleBytes } from '../helpers/sample-bytes.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { isSkipped } from '../helpers/tools.ts';
import { createTusClient, offsetIn, startUpload } from '../helpers/tus.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { watchDisk } from '../helpers/watch-disk.ts';

const CONTENT = sampleBytes(600_000);
const HALF = 300_000;
const DAY_S = 86_400;

async function cacheHealth(server: TestServer): Promise<unknown> {
  return readJson(await server.stranger.request('GET', '/healthz'))['cache'];
}

/** Everything that lies in Redis becomes this. */
function poison(value: string): (redis: RedisLooker) => Promise<void> {
  return async (redis) => {
    for (const key of await redis.keys('*')) await redis.set(key, value);
  };
}

describe.skipIf(isSkipped('redis-server'))('uploads while somebody is at Redis', () => {
  test.each<readonly [string, (redis: RedisLooker) => Promise<unknown>]>([
    ['G4: filled up', (redis) => redis.configSet('maxmemory', '1')],
    ['G11: emptied', (redis) => redis.flushAll()],
    ['G10: poisoned with an offset', poison('{"value":{"offset":1000000000}}')],
    ['G10: poisoned with a record', poison('{"value":{"kind":"batch","senderId":"x","uploaded":9,"totalsize":9,"state":"stored"}}')],
    ['G10: poisoned with a prototype', poison('{"__proto__":{"value":{"kind":"batch"}}}')],
  ])('%s in the middle: what the server says of its uploads is what is on disk', async (_what, tamper) => {
    const { url } = await startRedis();
    const server = await startTestServer({ cacheUrl: url });
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const resumable = await startUpload(server.guest, CONTENT, HALF);
    const form = await openSlowUpload(server, { content: CONTENT, by: 'key', path: '/uploadfile' });
    const progress = async (): Promise<number> => {
      const status = readClassicStatus(await server.guest.request('GET', `/upload_status?key=${form.id}`));
      return 'uploaded' in status ? status.uploaded : -1;
    };
    await form.sendTo(HALF);
    await waitUntil('progress', async () => (await progress()) > HALF - 1);
    await askRedis(url, tamper);
    const offset = await tus.head(resumable);
    expect([offset.status, offsetIn(offset)]).toEqual([200, HALF]);
    expect(await progress()).toBeLessThanOrEqual(form.bodyBytes);
    await form.sendTo(HALF + 100_000);
    await waitUntil('more progress', async () => (await progress()) > HALF + 99_999);
    await askRedis(url, tamper);
    expect((await form.finish()).status).toBe(200);
    expect((await tus.patch(resumable, HALF, CONTENT.subarray(HALF))).status).toBe(204);
    expect(offsetIn(await tus.head(resumable))).toBe(CONTENT.length);
    expect(await progress()).toBe(form.bodyBytes);
    await disk.expectDone({ 'file.bin': CONTENT, 'slow.bin': CONTENT });
    expect(Object.hasOwn(Object.prototype, 'value')).toBe(false);
  });

  test.each([
    ['G5: a Redis that wants another password', ['--requirepass', 'right'], (url: string) => url.replace('//', '//:wrong@')],
    ['G5: a Redis that wants a password and gets none', ['--requirepass', 'right'], (url: string) => url],
    ['G5: a Redis that is a replica that takes no writes', ['--replicaof', '127.0.0.1', '1'], (url: string) => url],
    ['G5: a Redis that is a replica that answers nothing before it has loaded', ['--replicaof', '127.0.0.1', '1', '--replica-serve-stale-data', 'no'], (url: string) => url],
  ])('%s is lost, with one line in the log, and files are stored', async (_what, options, urlOf) => {
    const { url } = await startRedis(options);
    const server = await startTestServer({ cacheUrl: urlOf(url) });
    const disk = await watchDisk(server);
    expect(await cacheHealth(server)).toBe('degraded');
    for (const name of ['a.txt', 'b.txt', 'c.txt']) expect((await server.guest.send(buildForm([file(name, name)]))).status).toBe(201);
    await disk.expectDone({ 'a.txt': 'a.txt', 'b.txt': 'b.txt', 'c.txt': 'c.txt' });
    expect(server.log.filter(({ event }) => event.startsWith('cache:')).map(({ event }) => event)).toEqual(['cache:lost']);
    expect(JSON.stringify(server.log)).not.toContain('wrong');
  });

  test('G13: killed while nobody asks, it ends nothing', async () => {
    const cache = await startRedis();
    const server = await startTestServer({ cacheUrl: cache.url });
    const disk = await watchDisk(server);
    await cache.kill();
    // An error event without a listener would end this process, and the test with it.
    await waitUntil('it to be missed', async () => (await server.guest.send(buildForm([file('a.txt', 'a')]))).status === 201 && (await cacheHealth(server)) === 'degraded');
    expect((await server.guest.send(buildForm([file('b.txt', 'b')]))).status).toBe(201);
    await cache.restart();
    await waitUntil('it to be back', async () => (await cacheHealth(server)) === 'ok', 10_000);
    const names = (await server.guest.records()).map(({ name }) => name);
    await disk.expectDone(Object.fromEntries(names.map((name) => [name, name.startsWith('a') ? 'a' : 'b'])));
  });
});

describe.skipIf(isSkipped('memcached'))('what lies in Memcached', () => {
  test('G6: has hashed keys, small values and less than thirty days to live, whatever it is called', async () => {
    const cache = await startMemcached();
    const server = await startTestServer({ cacheUrl: cache.url });
    const disk = await watchDisk(server);
    const [name, folder] = ['é'.repeat(119), Array.from({ length: 8 }, () => 'ö'.repeat(100)).join('/')];
    const form = buildAnnouncedForm([announced(name, 'long', { id: '~'.repeat(128), folder })]);
    expect((await server.guest.send(form, { 'x-progress-id': `set/x:*${'k'.repeat(100)}` })).status).toBe(201);
    await disk.expectDone({ [`${folder}/${name}`]: 'long' });
    const entries = await waitUntil('entries', async () => {
      const found = await dumpMemcached(cache.port);
      return found.length > 2 && found;
    });
    for (const { key, size, livesS } of entries) {
      expect(key).toMatch(/^slipway\W+[0-9a-f]{32}$/u);
      expect(size).toBeLessThan(65_536);
      expect([livesS > 0, livesS <= 30 * DAY_S]).toEqual([true, true]);
    }
  });
});

/** Asks Memcached for all it has (protocol.txt, "LRU crawler"). */
async function dumpMemcached(port: number): Promise<readonly { readonly key: string; readonly size: number; readonly livesS: number }[]> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write('lru_crawler metadump all\r\n');
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.endsWith('END\r\n')) break;
  }
  socket.destroy();
  return [...text.matchAll(/key=(?<key>\S+) exp=(?<exp>-?\d+) .*?size=(?<size>\d+)/gu)].map(({ groups }) => ({
    key: decodeURIComponent(groups?.['key'] ?? ''),
    size: Number(groups?.['size']),
    livesS: Number(groups?.['exp']) - Date.now() / 1000,
  }));
}
