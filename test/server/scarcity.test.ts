import { describe, expect, test } from 'vitest';
import { startCli } from '../helpers/cli.ts';
import { countOpenFiles, listStaging, listTree } from '../helpers/disk.ts';
import { readFailureCode } from '../helpers/http-answer.ts';
import { buildForm, file } from '../helpers/multipart.ts';
import { askRedis, startRedis } from '../helpers/redis.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { isSkipped } from '../helpers/tools.ts';
import { waitUntil } from '../helpers/wait-until.ts';

describe('a process with few file descriptors', () => {
  test('F9: refuses what it has none left for, stores the rest whole, and recovers', async () => {
    // Fewer, and Node cannot open all parts of the server at its start.
    const most = 96;
    const server = await startCli({ under: ['/bin/sh', '-c', `ulimit -n ${most}; exec "$0" "$@"`] });
    const atRest = await countOpenFiles(server.pid);
    const content = sampleBytes(300_000);
    const uploads = await Promise.all(Array.from({ length: 40 }, (_, index) => openSlowUpload(server, { content, by: 'nothing', name: `${index}.bin` })));
    for (const upload of uploads) await upload.sendTo(100_000);
    await waitUntil('the descriptors to run out', async () => (await countOpenFiles(server.pid)) >= most - 2);
    const answers = await Promise.all(uploads.map((upload) => upload.finish().catch(() => undefined)));
    for (const upload of uploads) upload.connection.socket.destroy();
    const stored = answers.filter((answer) => answer?.status === 201).length;
    const refused = answers.filter((answer) => answer !== undefined && answer.status !== 201);
    for (const answer of refused) expect([answer?.status, answer && readFailureCode(answer)]).toEqual([503, 'STORAGE_UNAVAILABLE']);
    await waitUntil('the descriptors to be free again', async () => (await countOpenFiles(server.pid)) <= atRest + 1);
    expect((await server.guest.send(buildForm([file('after.bin', content)]))).status).toBe(201);
    const hashes = [...(await listTree(server.folder)).values()];
    expect(new Set(hashes)).toEqual(new Set([sha256(content)]));
    expect(hashes.length).toBeGreaterThanOrEqual(stored + 1);
    expect(await listStaging(server.folder)).toEqual([]);
  });
});

describe.skipIf(isSkipped('redis-server'))('the progress cache', () => {
  test('G14: is written at most four times a second for each key, besides changes of state', async () => {
    const { url } = await startRedis();
    const server = await startTestServer({ cacheUrl: url });
    const content = sampleBytes(3_000_000);
    const upload = await openSlowUpload(server, { content });
    const writes = async (): Promise<number> => Number(/cmdstat_set:calls=(?<calls>\d+)/u.exec(await askRedis(url, (redis) => redis.info('commandstats')))?.groups?.['calls'] ?? 0);
    const before = await writes();
    const beganMs = performance.now();
    for (let sent = 1000; performance.now() - beganMs < 2000 && sent < content.length; sent += 100) {
      await upload.sendTo(sent);
      await new Promise(setImmediate);
    }
    const seconds = (performance.now() - beganMs) / 1000;
    await upload.finish();
    await waitUntil('the end to be written', async () => (await server.guest.record(upload.id)).state === 'stored');
    // The upload has its entry, and so has the form that it came in; each is written for itself, and changes state three times.
    expect((await writes()) - before).toBeLessThanOrEqual(2 * (Math.ceil(seconds * 4) + 4));
  });
});
