import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readFailureCode, type HttpAnswer } from '../../helpers/http-answer.ts';
import { sendRaw, requestHead } from '../../helpers/raw-http.ts';
import { sampleBytes, sha256, xxh128 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { CHUNK_TYPE, createTusClient, encodeMetadata, offsetIn, startUpload, TUS_PATH } from '../../helpers/tus.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(100_000);
const HALF = 50_000;

function refusal(answer: HttpAnswer): readonly [number, string] {
  return [answer.status, readFailureCode(answer)];
}

function digest(algorithm: string, bytes: Buffer): string {
  return `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`;
}

describe('a resumable upload', () => {
  test('is created, asked for, sent in pieces and stored', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const created = await tus.create({ size: CONTENT.length, id: 'trip/1' });
    expect([created.status, created.headers['location'], created.headers['tus-resumable'], offsetIn(created)]).toEqual([201, '/api/tus/trip%2F1', '1.0.0', 0]);
    expect(Date.parse(created.headers['upload-expires'] ?? '')).toBeGreaterThan(Date.now());
    const first = await tus.patch('trip/1', 0, CONTENT.subarray(0, HALF));
    expect([first.status, offsetIn(first), first.text]).toEqual([204, HALF, '']);
    const asked = await tus.head('trip/1');
    expect([asked.status, offsetIn(asked), asked.headers['upload-length'], asked.headers['cache-control']]).toEqual([200, HALF, '100000', 'no-store']);
    const last = await tus.patch('trip/1', HALF, CONTENT.subarray(HALF));
    expect([last.status, offsetIn(last), last.headers['upload-expires']]).toEqual([204, CONTENT.length, undefined]);
    await disk.expectDone({ 'file.bin': CONTENT });
    expect(await server.guest.record('trip/1')).toMatchObject({ state: 'stored', received: CONTENT.length, size: CONTENT.length, digest: await xxh128(CONTENT) });
  });

  test('keeps what it is told: batch, folder and relative path', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    await tus.create({ size: 1, id: 'one', metadata: { batch: 'trip', folder: 'a/b' }, body: Buffer.from('1') });
    await tus.create({ size: 1, id: 'two', metadata: { batch: 'trip', relativePath: 'c/d/two.bin' }, body: Buffer.from('2') });
    expect((await server.guest.records()).map(({ batch, path }) => [batch, path])).toEqual([['trip', 'a/b/file.bin'], ['trip', 'c/d/file.bin']]);
    await disk.expectDone({ 'a/b/file.bin': '1', 'c/d/file.bin': '2' });
  });

  test('E14: takes bytes with its creation', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const created = await createTusClient(server.guest).create({ size: CONTENT.length, id: 'one', body: CONTENT.subarray(0, HALF) });
    expect([created.status, offsetIn(created)]).toEqual([201, HALF]);
    await disk.expectKept({ one: CONTENT.subarray(0, HALF) });
  });

  test('E15: of nothing is stored when it is created', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const created = await createTusClient(server.guest).create({ size: 0, id: 'empty' });
    expect([created.status, offsetIn(created)]).toEqual([201, 0]);
    await disk.expectDone({ 'file.bin': '' });
    expect(await server.guest.record('empty')).toMatchObject({ state: 'stored', digest: await xxh128('') });
  });

  test('created twice is one upload', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, HALF);
    const again = await tus.create({ size: CONTENT.length, id });
    expect([again.status, offsetIn(again)]).toEqual([201, HALF]);
    expect(refusal(await tus.create({ size: CONTENT.length + 1, id }))).toEqual([409, 'UPLOAD_ID_IN_USE']);
    expect((await tus.patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
    const late = await tus.create({ size: CONTENT.length, id });
    expect([late.status, offsetIn(late)]).toEqual([201, CONTENT.length]);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('created many times at once is one upload', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    for (let round = 0; round < 20; round += 1) {
      const id = randomUUID();
      const answers = await Promise.all([0, 1, 2, 3].map(() => tus.create({ size: 1, id })));
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expect((await tus.terminate(id)).status).toBe(204);
    }
    await disk.expectClean();
  });

  test('E6: stays as it was when it goes on at a wrong offset', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, HALF);
    for (const offset of [0, HALF - 1, HALF + 1, CONTENT.length]) {
      const answer = await tus.patch(id, offset, Buffer.alloc(0));
      expect([...refusal(answer), offsetIn(answer)]).toEqual([409, 'UPLOAD_OFFSET_CONFLICT', HALF]);
    }
    await disk.expectKept({ [id]: CONTENT.subarray(0, HALF) });
    expect((await tus.patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test.each([['said beforehand', {}], ['found out on the way', { 'transfer-encoding': 'chunked' }]])('E7: takes no more than was announced, %s', async (_when, headers) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, HALF);
    expect(refusal(await tus.patch(id, HALF, Buffer.concat([CONTENT.subarray(HALF), CONTENT]), headers))).toEqual([413, 'UPLOAD_SIZE_EXCEEDED']);
    const offset = offsetIn(await tus.head(id));
    await disk.expectKept({ [id]: CONTENT.subarray(0, offset) });
    expect((await tus.patch(id, offset, CONTENT.subarray(offset))).status).toBe(offset === CONTENT.length ? 409 : 204);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('E8, E10: is finished for good: it answers, and takes and loses nothing', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, CONTENT.length);
    const asked = await tus.head(id);
    expect([asked.status, offsetIn(asked), asked.headers['upload-length']]).toEqual([200, CONTENT.length, '100000']);
    const more = await tus.patch(id, CONTENT.length, Buffer.from('more'));
    expect([...refusal(more), offsetIn(more)]).toEqual([409, 'UPLOAD_OFFSET_CONFLICT', CONTENT.length]);
    expect(refusal(await tus.terminate(id))).toEqual([403, 'ALREADY_COMPLETE']);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test.each(['sha256', 'sha1', 'md5'])('E11: keeps nothing of a chunk whose %s is wrong', async (algorithm) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, HALF);
    const rest = CONTENT.subarray(HALF);
    const wrong = await tus.patch(id, HALF, rest, { 'upload-checksum': digest(algorithm, CONTENT) });
    expect([...refusal(wrong), offsetIn(wrong)]).toEqual([460, 'CHECKSUM_MISMATCH', HALF]);
    expect(offsetIn(await tus.head(id))).toBe(HALF);
    await disk.expectKept({ [id]: CONTENT.subarray(0, HALF) });
    expect((await tus.patch(id, HALF, rest, { 'upload-checksum': digest(algorithm, rest) })).status).toBe(204);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test.each(['crc32 AAAA', 'sha256', '', 'SHA256 AAAA', 'sha256 AAAA more'])('E11: does not take the checksum %j', async (header) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const id = await startUpload(server.guest, CONTENT, HALF);
    expect(refusal(await createTusClient(server.guest).patch(id, HALF, CONTENT.subarray(HALF), { 'upload-checksum': header }))).toEqual([400, 'CHECKSUM_UNSUPPORTED']);
    await disk.expectKept({ [id]: CONTENT.subarray(0, HALF) });
  });

  test.each([
    ['of the same size', sampleBytes(CONTENT.length, 2)],
    ['that differs only in its second half', Buffer.concat([CONTENT.subarray(0, HALF), sampleBytes(HALF, 3)])],
  ])('E20: another file %s is not taken for the announced one', async (_what, other) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, HALF, { sha256: sha256(CONTENT) });
    expect(refusal(await tus.patch(id, HALF, other.subarray(HALF)))).toEqual([460, 'CHECKSUM_MISMATCH']);
    expect(await server.guest.record(id)).toMatchObject({ state: 'failed', failure: { code: 'CHECKSUM_MISMATCH' } });
    await disk.expectClean();
    // Under the same id it may come again, and then be the right one.
    expect((await tus.create({ size: CONTENT.length, id, metadata: { sha256: sha256(CONTENT) }, body: CONTENT })).status).toBe(201);
    await disk.expectDone({ 'file.bin': CONTENT });
  });
});

describe('a tus request that is wrong', () => {
  test('E12: in its version', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    for (const version of [undefined, '', '0.2.2', '1.0', '1.0.0, 0.2.2']) {
      const headers = { 'upload-length': '5', ...(version === undefined ? {} : { 'tus-resumable': version }) };
      for (const [method, path] of [['POST', TUS_PATH], ['PATCH', `${TUS_PATH}/x`], ['DELETE', `${TUS_PATH}/x`], ['HEAD', `${TUS_PATH}/x`]] as const) {
        const answer = await server.guest.request(method, path, { headers });
        expect([answer.status, answer.headers['tus-version'], answer.headers['tus-resumable']]).toEqual([412, '1.0.0', '1.0.0']);
        if (method !== 'HEAD') expect(readFailureCode(answer)).toBe('TUS_VERSION_UNSUPPORTED');
      }
    }
    await disk.expectClean();
  });

  test.each([
    [415, 'UNSUPPORTED_MEDIA_TYPE', { 'content-type': 'application/octet-stream' }],
    [415, 'UNSUPPORTED_MEDIA_TYPE', { 'content-type': 'multipart/form-data; boundary=x' }],
    [400, 'UPLOAD_OFFSET_INVALID', { 'upload-offset': '' }],
    [400, 'UPLOAD_OFFSET_INVALID', { 'upload-offset': '-1' }],
    [400, 'UPLOAD_OFFSET_INVALID', { 'upload-offset': '5e4' }],
    [400, 'UPLOAD_OFFSET_INVALID', { 'upload-offset': '0x10' }],
  ])('E13: in its headers: %d %s for %j', async (status, code, headers) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const id = await startUpload(server.guest, CONTENT, HALF);
    expect(refusal(await createTusClient(server.guest).patch(id, HALF, CONTENT.subarray(HALF), headers))).toEqual([status, code]);
    await disk.expectKept({ [id]: CONTENT.subarray(0, HALF) });
  });

  test('D8: in its length', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    for (const length of ['-1', '1e3', '5 5', '0x10', '5,5', String(2 ** 53), '9007199254740993', '', '99999999999999999999', '1.5']) {
      const answer = await createTusClient(server.guest).create({ size: 0, headers: { 'upload-length': length } });
      expect([length, ...refusal(answer)]).toEqual([length, 400, 'UPLOAD_LENGTH_INVALID']);
    }
    await disk.expectClean();
  });

  test.each(['partial', 'final;/api/tus/a /api/tus/b'])('in being %j: pieces never become files', async (concat) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const answer = await createTusClient(server.guest).create({ size: 1, headers: { 'upload-concat': concat } });
    expect(refusal(answer)).toEqual([400, 'PIECES_UNSUPPORTED']);
    await disk.expectClean();
  });

  test('D8, D9: in not telling a length, or one that is too large', async () => {
    const server = await startTestServer({ maxFileBytes: 1000 });
    const disk = await watchDisk(server);
    const deferred = await server.guest.request('POST', TUS_PATH, { headers: { 'tus-resumable': '1.0.0', 'upload-defer-length': '1' } });
    expect(refusal(deferred)).toEqual([400, 'UPLOAD_LENGTH_INVALID']);
    expect(refusal(await createTusClient(server.guest).create({ size: 1001 }))).toEqual([413, 'FILE_TOO_LARGE']);
    await disk.expectClean();
  });

  test.each([
    ['bad Base64', 'filename !!!'], ['a key twice', 'filename YQ==,filename Yg=='], ['an empty pair', 'filename YQ==,,id YQ=='],
    ['a third word', 'filename YQ== Yg=='], ['10 kB', `filename ${'A'.repeat(10_000)}`], ['a hash that is none', encodeMetadata({ sha256: 'ABC' })],
  ])('D10: in its description: %s', async (_what, metadata) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const answer = await createTusClient(server.guest).create({ size: 5, headers: { 'upload-metadata': metadata } });
    expect(refusal(answer)).toEqual([400, 'METADATA_INVALID']);
    await disk.expectClean();
  });

  test.each([['20 kB of description', 431, 'HEADERS_TOO_LARGE', `filename ${'A'.repeat(20_000)}`], ['an unprintable id', 400, 'PROGRESS_ID_INVALID', encodeMetadata({ id: 'a\u0000b' })]])(
    'in %s',
    async (_what, status, code, metadata) => {
      const server = await startTestServer();
      const disk = await watchDisk(server);
      expect(refusal(await createTusClient(server.guest).create({ size: 5, headers: { 'upload-metadata': metadata } }))).toEqual([status, code]);
      await disk.expectClean();
    },
  );

  test('in asking for what never was', async () => {
    const server = await startTestServer();
    const tus = createTusClient(server.guest);
    expect((await tus.head('nothing')).status).toBe(404);
    expect(refusal(await tus.patch('nothing', 0, Buffer.from('x')))).toEqual([404, 'UPLOAD_NOT_FOUND']);
    expect(refusal(await tus.terminate('nothing'))).toEqual([404, 'UPLOAD_NOT_FOUND']);
    expect((await tus.terminate('%2e%2e/%2e%2e/canary')).status).toBe(404);
  });
});

describe('what tus is asked from elsewhere', () => {
  test('OPTIONS tells what there is, to those who may come in', async () => {
    const server = await startTestServer({ maxFileBytes: 5000 });
    const answer = await server.guest.request('OPTIONS', TUS_PATH);
    expect([answer.status, answer.headers['tus-version'], answer.headers['tus-max-size'], answer.headers['tus-checksum-algorithm']]).toEqual([204, '1.0.0', '5000', 'sha256,sha1,md5']);
    expect(answer.headers['tus-extension']?.split(',').toSorted()).toEqual(['checksum', 'creation', 'creation-with-upload', 'expiration', 'termination']);
    expect((await server.stranger.request('OPTIONS', TUS_PATH)).status).toBe(401);
  });

  test('C10: no other origin is let in', async () => {
    const server = await startTestServer();
    for (const path of [TUS_PATH, `${TUS_PATH}/some`]) {
      const answer = await server.guest.request('OPTIONS', path, { headers: { origin: 'https://evil.test', 'access-control-request-method': 'PATCH' } });
      expect(refusal(answer)).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test('C11: a finished file cannot be fetched', async () => {
    const server = await startTestServer();
    const id = await startUpload(server.guest, CONTENT, CONTENT.length);
    const answer = await server.guest.request('GET', `${TUS_PATH}/${id}`);
    expect(answer.text).not.toContain(CONTENT.subarray(0, 100).toString());
    expect([405, 412]).toContain(answer.status);
    expect(refusal(await server.guest.request('GET', `${TUS_PATH}/${id}`, { headers: { 'tus-resumable': '1.0.0' } }))).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect((await server.stranger.request('GET', `${TUS_PATH}/${id}`)).status).toBe(401);
  });

  test('C12: Location names no host, whatever a proxy or an attacker says', async () => {
    const server = await startTestServer();
    const headers = { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https', forwarded: 'host=evil.test' };
    const created = await createTusClient(server.guest).create({ size: 5, id: 'one', headers });
    expect(created.headers['location']).toBe('/api/tus/one');
    const evil = await sendRaw(server.port, requestHead(`POST ${TUS_PATH} HTTP/1.1`, {
      Host: 'evil.test', Authorization: `Bearer ${server.guest.token}`, 'Tus-Resumable': '1.0.0', 'Upload-Length': 5, 'Content-Type': CHUNK_TYPE, 'Content-Length': 0,
    }));
    expect(refusal(evil)).toEqual([421, 'HOST_NOT_ALLOWED']);
  });
});
