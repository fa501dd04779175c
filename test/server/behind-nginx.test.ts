import { describe, expect, test } from 'vitest';
import { createClient } from '../helpers/client.ts';
import { startCli } from '../helpers/cli.ts';
import { listTree } from '../helpers/disk.ts';
import { findFreePort } from '../helpers/free-port.ts';
import { readClassicStatus } from '../helpers/http-answer.ts';
import { TEST_CODE } from '../helpers/launch-server.ts';
import { startNginx } from '../helpers/nginx.ts';
import { buildForm, file } from '../helpers/multipart.ts';
import { startRedis } from '../helpers/redis.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { isSkipped } from '../helpers/tools.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { watchDisk } from '../helpers/watch-disk.ts';

describe.skipIf(isSkipped('nginx') || isSkipped('redis-server'))('two processes behind nginx', () => {
  test('I10: are one server to a client that asks by key: whichever answers knows how much has arrived', async () => {
    const [redis, port] = await Promise.all([startRedis(), findFreePort()]);
    const host = `127.0.0.1:${port}`;
    const args = ['--cache', redis.url, '--allow-host', host, '--code', TEST_CODE];
    const one = await startCli({ args });
    const other = await startCli({ args, folder: one.folder });
    await startNginx(port, [one.port, other.port]);
    const guest = createClient(`http://${host}`, TEST_CODE);

    const content = sampleBytes(3_000_000);
    const upload = await openSlowUpload({ port, host, guest }, { content, by: 'key', path: '/uploadfile', name: 'scan.pdf' });
    await upload.sendTo(2_000_000);
    // nginx takes the two in turn, so of two answers in a row each comes from another process.
    await waitUntil('both to tell of the bytes on disk', async () => {
      const answers = [await askStatus(), await askStatus()];
      return answers.every((found) => 'state' in found && found.state === 'receiving' && found.uploaded > 1_900_000);
    });
    expect((await upload.finish()).status).toBe(200);
    expect(await listTree(one.folder)).toEqual(new Map([['scan.pdf', sha256(content)]]));

    async function askStatus(): Promise<ReturnType<typeof readClassicStatus>> {
      return readClassicStatus(await guest.request('GET', `/upload_status?key=${upload.id}`));
    }
  });
});

describe.skipIf(isSkipped('nginx'))('a server behind an nginx that was left as it comes', () => {
  test('I10: gets an upload whole or not at all: nginx keeps it to itself until all of it is there, and refuses more than 1 MB in words of its own', async () => {
    const port = await findFreePort();
    const host = `127.0.0.1:${port}`;
    const server = await startTestServer({ allowedHosts: [host] });
    await startNginx(port, [server.port], { buffersBodies: true });
    const guest = createClient(`http://${host}`, TEST_CODE);
    const disk = await watchDisk(server);
    const content = sampleBytes(900_000);
    const upload = await openSlowUpload({ port, host, guest }, { content, name: 'scan.pdf' });
    await upload.sendTo(800_000);
    // Questions that came later have been answered, and nobody has heard of the upload yet: no progress, nothing to resume.
    for (let turn = 0; turn < 20; turn += 1) expect(await guest.records()).toEqual([]);
    expect((await upload.finish()).status).toBe(201);
    const refused = await guest.post('/api/uploads', buildForm([file('film.mp4', sampleBytes(2_000_000))]));
    expect([refused.status, refused.headers['content-type']]).toEqual([413, 'text/html']);
    await disk.expectDone({ 'scan.pdf': content });
  });
});
