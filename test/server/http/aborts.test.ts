import { describe, expect, test } from 'vitest';
import { countOpenFiles, listStaging, listTree } from '../../helpers/disk.ts';
import { TEST_CODE } from '../../helpers/launch-server.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { openRaw, requestHead } from '../../helpers/raw-http.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { CHUNK_TYPE, encodeMetadata } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(1_000_000);

describe('a connection that dies', () => {
  test.each([['manifest', 0.1], ['manifest', 0.5], ['manifest', 0.99], ['nothing', 0.1], ['nothing', 0.5], ['nothing', 0.99]] as const)(
    'E1: announced by %s, at %d of the file, leaves nothing',
    async (by, share) => {
      const server = await startTestServer();
      await server.guest.send(buildForm([file('slow.bin', 'there before')]));
      const disk = await watchDisk(server);
      const upload = await openSlowUpload(server, { content: CONTENT, by });
      await upload.sendTo(CONTENT.length * share);
      await waitUntil('bytes in staging', async () => (await listStaging(server.folder)).some(({ sizeBytes }) => sizeBytes > 0));
      upload.connection.reset();
      await disk.expectClean();
      const ended = (await server.owner.records()).filter(({ state }) => state !== 'stored');
      expect(ended.map(({ state, failure }) => [state, failure?.code])).toEqual([['failed', 'UPLOAD_ABORTED']]);
    },
  );

  test('E2: 100 times over leaves no file, no descriptor and no upload behind', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const openBefore = await countOpenFiles();
    for (let round = 0; round < 100; round += 1) {
      const upload = await openSlowUpload(server, { content: CONTENT, by: round % 2 === 0 ? 'manifest' : 'nothing' });
      await upload.sendTo((round * 9973) % CONTENT.length);
      upload.connection.reset();
    }
    await disk.expectClean();
    expect(await countOpenFiles()).toBeLessThanOrEqual(openBefore + 2);
    expect((await server.guest.send(buildForm([file('next.txt', 'next')]))).status).toBe(201);
  });

  test.each(['a form', 'a form without its end', 'tus'])('E4: closed before anybody has read what it brought (%s) gives back its place', async (road) => {
    const server = await startTestServer({ maxUploads: 1 });
    const whole = buildForm([file('slow.bin', 'x')]);
    const [line, headers, body] = road === 'tus'
      ? ['POST /api/tus HTTP/1.1', { 'Tus-Resumable': '1.0.0', 'Upload-Length': 1, 'Upload-Metadata': encodeMetadata({ filename: 'slow.bin' }), 'Content-Type': CHUNK_TYPE }, Buffer.from('x')] as const
      : ['POST /api/uploads HTTP/1.1', { 'Content-Type': whole.contentType }, road === 'a form' ? whole.body : whole.body.subarray(0, -4)] as const;
    for (let round = 0; round < 3; round += 1) {
      const connection = await openRaw(server.port);
      await connection.write(Buffer.concat([Buffer.from(requestHead(line, { Host: server.host, Authorization: `Bearer ${TEST_CODE}`, 'Content-Length': body.length, ...headers })), body]));
      connection.socket.end();
      await connection.closed;
    }
    await waitUntil('the place to be free', async () => (await server.guest.post('/api/uploads', buildForm([file('next.txt', 'next')]))).status === 201);
    // An upload that was created is kept, and can be resumed.
    await waitUntil('all to come to rest', () => server.running.movingUploads() === 0);
    await waitUntil('nobody to have a lock', async () => (await listStaging(server.folder)).every(({ name }) => !name.endsWith('.lock')));
  });

  test('E3: closed politely in mid-body is refused or closed', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const upload = await openSlowUpload(server, { content: CONTENT, by: 'nothing' });
    await upload.sendTo(500_000);
    upload.connection.socket.end();
    const answer = await upload.connection.answer.catch(() => undefined);
    if (answer !== undefined) expect([answer.status, readFailureCode(answer)]).toEqual([400, 'MULTIPART_TRUNCATED']);
    await upload.connection.closed;
    await disk.expectClean();
  });

  test.each(['manifest', 'nothing'] as const)('E4: between the last byte and the answer (%s) leaves the whole file or nothing', async (by) => {
    const server = await startTestServer();
    for (let round = 0; round < 30; round += 1) {
      const upload = await openSlowUpload(server, { content: CONTENT, by, name: `${by} ${round}.bin` });
      const written = upload.finish().catch(() => undefined);
      // Everything has been handed to the kernel; the answer has not been read.
      await upload.connection.write('');
      upload.connection.reset();
      await written;
    }
    await waitUntil('all to end', () => server.running.activeUploads() === 0);
    await waitUntil('staging to be empty', async () => (await listStaging(server.folder)).length === 0);
    const hashes = new Set((await listTree(server.folder)).values());
    expect([...hashes].filter((hash) => hash !== sha256(CONTENT))).toEqual([]);
  });
});
