import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startProcess } from '../../helpers/child-process.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { isObject, readFailureCode, readJson, readSend } from '../../helpers/http-answer.ts';
import { TEST_CODE, type TestServer } from '../../helpers/launch-server.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { openRaw, requestHead } from '../../helpers/raw-http.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { findTool, isSkipped } from '../../helpers/tools.ts';
import { createTusClient } from '../../helpers/tus.ts';
import { waitUntil, within } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const MAX = 100_000;

function head(server: TestServer, headers: Readonly<Record<string, string | number>>): string {
  return requestHead('POST /api/uploads HTTP/1.1', { Host: server.host, Authorization: `Bearer ${TEST_CODE}`, 'Content-Type': 'multipart/form-data; boundary=b', ...headers });
}

const FILE_HEAD = '--b\r\nContent-Disposition: form-data; name="f"; filename="endless"\r\n\r\n';

/** A file of holes: large to send, nothing on disk. */
async function sparseFile(sizeBytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-sparse-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const handle = await open(join(folder, 'large.bin'), 'w');
  await handle.truncate(sizeBytes);
  await handle.close();
  return join(folder, 'large.bin');
}

describe('a request that is larger than it may be', () => {
  test.skipIf(isSkipped('curl'))('D1: is refused before its body, and curl gets to read it', async () => {
    const server = await startTestServer({ maxFileBytes: MAX });
    const disk = await watchDisk(server);
    const large = await sparseFile(200_000_000);
    for (const expectation of ['Expect: 100-continue', 'Expect:']) {
      const curl = startProcess(findTool('curl'), ['-sS', '-u', `:${TEST_CODE}`, '-H', expectation, '-F', `file=@${large}`, '-w', '\n%{http_code} %{size_upload}', `${server.url}/api/uploads`]);
      await curl.ended;
      const [body = '', result = ''] = curl.stdout().split('\n');
      const [status, sentBytes] = result.split(' ').map(Number);
      expect(status).toBe(413);
      const { error } = readJson({ status: 413, headers: {}, text: body });
      expect(isObject(error) && [error['code'], typeof error['limit']]).toEqual(['REQUEST_TOO_LARGE', 'number']);
      expect(sentBytes).toBeLessThan(expectation === 'Expect:' ? 16 << 20 : 1);
    }
    await disk.expectClean();
  });

  test('D1: is refused before its body, and fetch gets to read it', async () => {
    const server = await startTestServer({ maxFileBytes: MAX });
    const form = new FormData();
    form.append('file', new Blob([Buffer.alloc(50_000_000)]), 'large.bin');
    const response = await fetch(`${server.url}/api/uploads`, { method: 'POST', body: form, headers: { authorization: `Bearer ${TEST_CODE}` } });
    expect([response.status, readFailureCode({ status: response.status, headers: {}, text: await response.text() })]).toEqual([413, 'REQUEST_TOO_LARGE']);
  });

  test('D2: without a length, is cut soon after its limit', async () => {
    const server = await startTestServer({ maxFileBytes: MAX });
    const disk = await watchDisk(server);
    const connection = await openRaw(server.port);
    await connection.write(`${head(server, { 'Transfer-Encoding': 'chunked' })}${FILE_HEAD.length.toString(16)}\r\n${FILE_HEAD}\r\n`);
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000), Buffer.from('\r\n')]);
    let isOver = false;
    void connection.closed.then(() => (isOver = true));
    const pouring = (async () => {
      // Bounded, so that a server which never refuses fails this test instead of feeding it for ever.
      while (!isOver && connection.socket.bytesWritten < 64 << 20) await connection.write(chunk);
    })();
    const answer = await within(2000, 'the refusal', connection.answer);
    expect([answer.status, readFailureCode(answer)]).toEqual([413, 'FILE_TOO_LARGE']);
    await within(3000, 'the connection to close', connection.closed);
    await pouring;
    expect(connection.socket.bytesWritten).toBeLessThan(32 << 20);
    await disk.expectClean();
  });
});

describe('files at their limits', () => {
  test('D3: exactly as large as allowed is stored; one byte more is not', async () => {
    const server = await startTestServer({ maxFileBytes: MAX });
    const disk = await watchDisk(server);
    const content = sampleBytes(MAX);
    expect((await server.guest.send(buildForm([file('plain.bin', content)]))).status).toBe(201);
    expect((await server.guest.send(buildAnnouncedForm([announced('announced.bin', content)]))).status).toBe(201);
    const over = await server.guest.post('/api/uploads', buildForm([file('over.bin', sampleBytes(MAX + 1))]));
    expect([over.status, readFailureCode(over)]).toEqual([413, 'FILE_TOO_LARGE']);
    await disk.expectDone({ 'plain.bin': content, 'announced.bin': content });
  });

  test('D3: exactly as large as allowed is stored over tus; one byte more is not', async () => {
    const server = await startTestServer({ maxFileBytes: MAX });
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const content = sampleBytes(MAX);
    expectRefusal(await tus.create({ size: MAX + 1 }), 413, 'FILE_TOO_LARGE');
    await disk.expectClean();
    expect((await tus.create({ size: MAX, body: content })).status).toBe(201);
    await disk.expectDone({ 'file.bin': content });
  });

  test('D4: one of three that is too large does not take the others with it', async () => {
    const server = await startTestServer({ maxFileBytes: MAX });
    const disk = await watchDisk(server);
    const sent = await server.guest.send(buildAnnouncedForm([announced('a.txt', 'a'), announced('large.bin', sampleBytes(MAX + 1)), announced('b.txt', 'b')]));
    expect([sent.status, sent.uploads.map(({ state, failure }) => failure?.code ?? state)]).toEqual([207, ['stored', 'FILE_TOO_LARGE', 'stored']]);
    await disk.expectDone({ 'a.txt': 'a', 'b.txt': 'b' });
  });

  test('announced too large, fails at once', async () => {
    const server = await startTestServer({ maxFileBytes: MAX });
    const reply = await server.guest.announce([{ id: 'large', name: 'large.bin', size: MAX + 1 }]);
    expect(reply.uploads.map(({ state, failure }) => [state, failure?.code])).toEqual([['failed', 'FILE_TOO_LARGE']]);
  });

  test('D4: 2,001 announced files are too many', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const answer = await server.guest.post('/api/uploads', buildAnnouncedForm(Array.from({ length: 2001 }, (_, index) => announced(`${index}.txt`, 'x'))));
    expect([answer.status, readFailureCode(answer)]).toEqual([413, 'TOO_MANY_FILES']);
    await disk.expectClean();
    expect(await server.guest.records()).toEqual([]);
  });
});

describe('an upload that stalls', () => {
  test('D12: ends with 408, and nothing stays', async () => {
    const server = await startTestServer({ stallTimeoutMs: 400 });
    const disk = await watchDisk(server);
    const told = announced('slow.bin', sampleBytes(500_000));
    const form = buildAnnouncedForm([told]);
    const connection = await openRaw(server.port);
    await connection.write(head(server, { 'Content-Type': form.contentType, 'Content-Length': form.body.length }));
    await connection.write(form.body.subarray(0, 200_000));
    const answer = await within(5000, 'the refusal', connection.answer);
    expect([answer.status, readFailureCode(answer)]).toEqual([408, 'UPLOAD_STALLED']);
    expect(readSend(answer).uploads.map(({ failure }) => failure?.code)).toEqual(['UPLOAD_STALLED']);
    await within(3000, 'the connection to close', connection.closed);
    await disk.expectClean();
  });

  test('D12: a trickle of single bytes is a stall as well', async () => {
    const server = await startTestServer({ stallTimeoutMs: 400 });
    const disk = await watchDisk(server);
    const connection = await openRaw(server.port);
    await connection.write(head(server, { 'Content-Length': 1_000_000 }) + FILE_HEAD);
    const trickle = setInterval(() => void connection.write('x'), 20);
    try {
      const answer = await within(5000, 'the refusal', connection.answer);
      expect([answer.status, readFailureCode(answer)]).toEqual([408, 'UPLOAD_STALLED']);
    } finally {
      clearInterval(trickle);
      connection.socket.destroy();
    }
    await disk.expectClean();
  });

  test('D14: a slow one that goes on is not cut, however long it takes', async () => {
    const server = await startTestServer({ stallTimeoutMs: 400 });
    const disk = await watchDisk(server);
    const content = sampleBytes(100_000);
    const form = buildForm([file('steady.bin', content)]);
    const connection = await openRaw(server.port);
    await connection.write(head(server, { 'Content-Type': form.contentType, 'Content-Length': form.body.length }));
    const beganMs = performance.now();
    for (let at = 0; at < form.body.length; at += 4000) {
      await connection.write(form.body.subarray(at, at + 4000));
      const nextMs = beganMs + (at / 4000 + 1) * 60;
      await waitUntil('the next piece to be due', () => performance.now() >= nextMs);
    }
    expect(performance.now() - beganMs).toBeGreaterThan(3 * 400);
    expect((await connection.answer).status).toBe(201);
    connection.socket.destroy();
    await disk.expectDone({ 'steady.bin': content });
  });
});

test('a form that is refused for what its head says gives its room back', async () => {
  const server = await startTestServer({ quotaBytes: 2 * MAX });
  const form = buildForm([file('a.bin', sampleBytes(MAX))]);
  for (const [header, query, code] of [['two words', '', 'PROGRESS_ID_INVALID'], ['key', '?duplicates=no-such', 'DUPLICATES_INVALID']] as const) {
    const answer = await server.guest.request('POST', `/api/uploads${query}`, { headers: { 'content-type': form.contentType, 'x-progress-id': header }, body: form.body });
    expect([answer.status, readFailureCode(answer)]).toEqual([400, code]);
  }
  expect((await server.guest.send(form)).status).toBe(201);
});
