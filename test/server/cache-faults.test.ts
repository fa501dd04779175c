import { describe, expect, test } from 'vitest';
import type { CacheServer } from '../helpers/cache-server.ts';
import { readClassicStatus, readJson } from '../helpers/http-answer.ts';
import type { TestServer } from '../helpers/launch-server.ts';
import { startMemcached } from '../helpers/memcached.ts';
import { buildForm, file } from '../helpers/multipart.ts';
import { startRedis } from '../helpers/redis.ts';
import { sampleBytes } from '../helpers/sample-bytes.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { isSkipped } from '../helpers/tools.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { watchDisk } from '../helpers/watch-disk.ts';

/** 250 ms for the cache, and what a request takes on a busy machine. */
const LONGEST_MS = 700;

/** G1: how much longer a start may take because the cache does not answer. */
const WITHIN_MS = 1000;

async function timed<Value>(job: () => Promise<Value>): Promise<Value> {
  const beganMs = performance.now();
  const value = await job();
  expect(performance.now() - beganMs).toBeLessThan(LONGEST_MS);
  return value;
}

async function health(server: TestServer): Promise<unknown> {
  const answer = await timed(() => server.stranger.request('GET', '/healthz'));
  expect(answer.status).toBe(200);
  return readJson(answer);
}

const DEGRADED = { status: 'degraded', cache: 'degraded' };
const OK = { status: 'ok', cache: 'ok' };

const FAULTS: readonly (readonly [string, (cache: CacheServer) => Promise<void>, (cache: CacheServer) => Promise<void>])[] = [
  ['G2: killed', (cache) => cache.kill(), (cache) => cache.restart()],
  ['G3: hung', async (cache) => cache.hang(), async (cache) => cache.wake()],
];

for (const [name, isLeftOut, start] of [['Redis', isSkipped('redis-server'), startRedis], ['Memcached', isSkipped('memcached'), startMemcached]] as const) {
  describe.skipIf(isLeftOut)(`uploads while ${name} fails`, () => {
    test('G1: absent at the start: up all the same, degraded, uploads work', async () => {
      const cache = await start();
      await cache.kill();
      // What a start takes on this machine, busy as it is, when there is no cache to ask.
      await startTestServer();
      const startedMs = performance.now();
      await startTestServer();
      const beganMs = performance.now();
      const server = await startTestServer({ cacheUrl: cache.url });
      expect(performance.now() - beganMs).toBeLessThan(beganMs - startedMs + WITHIN_MS);
      expect(await health(server)).toEqual(DEGRADED);
      const disk = await watchDisk(server);
      expect((await timed(() => server.guest.send(buildForm([file('a.txt', 'a')])))).status).toBe(201);
      await disk.expectDone({ 'a.txt': 'a' });
      await cache.restart();
      await waitUntil('it to be well again', async () => JSON.stringify(await health(server)) === JSON.stringify(OK), 10_000);
    });

    test.each(FAULTS)('%s in mid-upload: the upload goes on, nobody waits, and it recovers', async (_what, breakIt, mendIt) => {
      const cache = await start();
      const server = await startTestServer({ cacheUrl: cache.url });
      // On a busy machine the first 250 ms may be over too soon.
      await waitUntil('it to be well', async () => JSON.stringify(await health(server)) === JSON.stringify(OK), 10_000);
      const content = sampleBytes(3_000_000);
      const upload = await openSlowUpload(server, { content, by: 'key', path: '/uploadfile' });
      const status = async (): Promise<ReturnType<typeof readClassicStatus>> =>
        readClassicStatus(await timed(() => server.guest.request('GET', `/upload_status?key=${upload.id}`)));
      await upload.sendTo(1_000_000);
      await waitUntil('progress', async () => 'state' in (await status()));
      await breakIt(cache);
      await upload.sendTo(2_000_000);
      await waitUntil('progress without the cache', async () => {
        const found = await status();
        return 'state' in found && found.uploaded > 1_900_000;
      });
      await waitUntil('it to be degraded', async () => JSON.stringify(await health(server)) === JSON.stringify(DEGRADED), 8000);
      const unknown = await timed(() => server.guest.request('GET', '/upload_status?key=unknown'));
      expect(readClassicStatus(unknown)).toHaveProperty('error');
      expect((await timed(() => upload.finish())).status).toBe(200);
      expect(await status()).toMatchObject({ uploaded: upload.bodyBytes, totalsize: upload.bodyBytes, state: 'stored' });
      await mendIt(cache);
      await waitUntil('it to be well again', async () => JSON.stringify(await health(server)) === JSON.stringify(OK), 10_000);
    });

    test('stopping takes no longer because it hangs', async () => {
      const cache = await start();
      const server = await startTestServer({ cacheUrl: cache.url });
      await server.guest.send(buildForm([file('a.txt', 'a')]));
      cache.hang();
      const beganMs = performance.now();
      await server.stop();
      expect(performance.now() - beganMs).toBeLessThan(2000);
    });
  });
}
