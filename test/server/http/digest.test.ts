import { describe, expect, test } from 'vitest';
import { readFailureCode, readSend } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes, sha256, xxh128 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(100_000);

describe('the hash of a file in a form', () => {
  test('makes it verified when its manifest tells the same, of either kind', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const digests = [await xxh128(CONTENT), `sha-256:${sha256(CONTENT)}`, await xxh128('')] as const;
    const sent = await server.guest.send(
      buildAnnouncedForm([announced('a', CONTENT, { digest: digests[0] }), announced('b', CONTENT, { digest: digests[1] }), announced('c', '', { digest: digests[2] })]),
    );
    expect([sent.status, ...sent.uploads.map(({ state, digest, verified }) => [state, digest, verified])]).toEqual([201, ...digests.map((digest) => ['stored', digest, true])]);
    await disk.expectDone({ a: CONTENT, b: CONTENT, c: '' });
  });

  test('that is another, is the outcome of that file alone', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const wrong = await xxh128('something else');
    const sent = await server.guest.send(
      buildAnnouncedForm([announced('a', CONTENT, { digest: wrong }), announced('b', 'b'), announced('c', CONTENT, { digest: `sha-256:${sha256('another')}` }), announced('d', 'd', { digest: await xxh128('d') })]),
    );
    expect(sent.status).toBe(207);
    expect(sent.uploads.map(({ state, failure, verified }) => [state, failure?.code, failure?.retryable, verified])).toEqual([
      ['failed', 'CHECKSUM_MISMATCH', true, undefined],
      ['stored', undefined, undefined, undefined],
      ['failed', 'CHECKSUM_MISMATCH', true, undefined],
      ['stored', undefined, undefined, true],
    ]);
    expect(sent.uploads[0]).not.toHaveProperty('digest');
    await disk.expectDone({ b: 'b', d: 'd' });
  });

  test('can be sent again under its id after it was another', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const told = announced('a', CONTENT, { digest: await xxh128(CONTENT) });
    const answer = await server.guest.post('/api/uploads', buildAnnouncedForm([{ ...told, content: sampleBytes(100_000, 2) }]));
    expect([answer.status, readFailureCode(answer)]).toEqual([460, 'CHECKSUM_MISMATCH']);
    await disk.expectClean();
    expect((await server.guest.send(buildAnnouncedForm([told]))).uploads).toMatchObject([{ state: 'stored', verified: true }]);
    await disk.expectDone({ a: CONTENT });
  });

  test('told by an announcement before, counts; announced anew without one, it does not', async () => {
    const server = await startTestServer();
    const [one, two] = [announced('a', 'new'), announced('b', 'new')];
    const digest = await xxh128('old');
    await server.guest.announce([one, two].map(({ id, name, size }) => ({ id, name, size, digest })));
    await server.guest.announce([{ id: two.id, name: two.name, size: two.size }]);
    const sent = await server.guest.send(buildAnnouncedForm([one, two]));
    expect(sent.uploads.map(({ state, verified }) => [state, verified])).toEqual([['failed', undefined], ['stored', undefined]]);
  });

  test('is there, and proves nothing, in a form without a manifest', async () => {
    const server = await startTestServer();
    const sent = await server.guest.send(buildForm([file('a', CONTENT)]));
    expect(sent.uploads.map(({ digest, verified }) => [digest, verified])).toEqual([[await xxh128(CONTENT), undefined]]);
  });

  test('counts at the classic address too', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const right = await server.guest.post('/uploadfile', buildAnnouncedForm([announced('a', CONTENT, { digest: await xxh128(CONTENT) })]));
    expect([right.status, (await server.guest.records())[0]?.verified]).toEqual([200, true]);
    const wrong = await server.guest.post('/uploadfile', buildAnnouncedForm([announced('b', CONTENT, { digest: await xxh128('b') })]));
    expect([wrong.status, readFailureCode(wrong)]).toEqual([460, 'CHECKSUM_MISMATCH']);
    await disk.expectDone({ a: CONTENT });
  });

  test.each([1, '', 'xxh128', 'xxh128:', 'xxh128:abc', `xxh128:${'g'.repeat(32)}`, `xxh128:${'A'.repeat(32)}`, `sha-256:${'a'.repeat(32)}`, `md5:${'a'.repeat(32)}`, `toString:${'a'.repeat(32)}`])(
    'is refused as %j, in a form and in an announcement',
    async (digest) => {
      const server = await startTestServer();
      const disk = await watchDisk(server);
      const body = JSON.stringify({ files: [{ id: 'one', name: 'a', size: 1, digest }] });
      const asked = await server.guest.request('POST', '/api/batches', { headers: { 'content-type': 'application/json' }, body });
      expect([asked.status, readFailureCode(asked)]).toEqual([400, 'CHECKSUM_UNSUPPORTED']);
      const form = buildForm([{ kind: 'field', name: 'manifest', value: body }, file('a', 'a')]);
      const sent = await server.guest.post('/api/uploads', form);
      expect([sent.status, readFailureCode(sent), readSend(sent).uploads]).toEqual([400, 'CHECKSUM_UNSUPPORTED', []]);
      await disk.expectClean();
    },
  );
});
