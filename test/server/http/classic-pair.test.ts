import { describe, expect, test } from 'vitest';
import { readClassicStatus, readFailureCode, readJson } from '../../helpers/http-answer.ts';
import type { TestServer } from '../../helpers/launch-server.ts';
import { buildForm, field, file } from '../../helpers/multipart.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

async function status(server: TestServer, key: string): Promise<ReturnType<typeof readClassicStatus>> {
  return readClassicStatus(await server.guest.request('GET', `/upload_status?key=${encodeURIComponent(key)}`));
}

describe('the classic pair', () => {
  test.each([
    ['a query parameter', '?key=my-key', {}, false],
    ['a field before the file', '', {}, true],
    ['X-Progress-ID in a header', '', { 'x-progress-id': 'my-key' }, false],
    ['X-Progress-ID in the query', '?X-Progress-ID=my-key', {}, false],
  ] as const)('takes the key from %s', async (_where, query, headers, asField) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const content = sampleBytes(200_000);
    const form = buildForm([...(asField ? [field('key', 'my-key')] : []), file('photo.jpg', content)]);
    const answer = await server.guest.post(`/uploadfile${query}`, form, headers);
    expect([answer.status, readJson(answer)]).toEqual([200, { message: 'Upload complete!', key: 'my-key', files: [{ name: 'photo.jpg', size: content.length }] }]);
    await disk.expectDone({ 'photo.jpg': content });
    const ended = await waitUntil('the status to say stored', async () => {
      const found = await status(server, 'my-key');
      return 'state' in found && found.state === 'stored' && found;
    });
    expect(ended.uploaded).toBe(ended.totalsize);
    expect(ended.totalsize).toBe(form.body.length);
  });

  test('without a key stores all the same and tells the key it made', async () => {
    const server = await startTestServer();
    const answer = await server.guest.post('/uploadfile', buildForm([file('a.txt', 'a')]));
    expect(answer.status).toBe(200);
    expect(readJson(answer)).toMatchObject({ message: 'Upload complete!', key: expect.stringMatching(/./u), files: [{ name: 'a.txt', size: 1 }] });
  });

  test.each(['key', 'header'] as const)('shows what has arrived while it arrives (%s)', async (by) => {
    const server = await startTestServer();
    const content = sampleBytes(4_000_000);
    const upload = await openSlowUpload(server, { content, by, path: '/uploadfile' });
    let lastUploaded = 0;
    for (const sentBytes of [1_000_000, 2_000_000, 3_500_000]) {
      await upload.sendTo(sentBytes);
      const seen = await waitUntil(`the status near ${sentBytes}`, async () => {
        const found = await status(server, upload.id);
        return 'state' in found && found.uploaded > sentBytes - 64 * 1024 && found;
      });
      expect(seen.state).toBe('receiving');
      expect(seen.totalsize).toBe(upload.bodyBytes);
      expect(seen.uploaded).toBeLessThanOrEqual(upload.bodyBytes);
      expect(seen.uploaded).toBeGreaterThan(lastUploaded);
      lastUploaded = seen.uploaded;
    }
    expect((await upload.finish()).status).toBe(200);
    expect(await waitUntil('the end', async () => {
      const found = await status(server, upload.id);
      return 'state' in found && found.state === 'stored' && found;
    })).toMatchObject({ uploaded: upload.bodyBytes, totalsize: upload.bodyBytes });
  });

  test.each([
    ['an unknown key', 'GET', '/upload_status?key=unknown'],
    ['no key', 'GET', '/upload_status'],
    ['an empty key', 'GET', '/upload_status?key='],
    ['a key twice', 'GET', '/upload_status?key=a&key=b'],
    ['a nested key', 'GET', '/upload_status?key[a]=b'],
    ['a prototype as key', 'GET', '/upload_status?key=__proto__'],
    ['POST', 'POST', '/upload_status?key=unknown'],
    ['PUT', 'PUT', '/upload_status?key=unknown'],
    ['DELETE', 'DELETE', '/upload_status?key=unknown'],
  ])('answers 200 with an error for %s', async (_what, method, path) => {
    const server = await startTestServer();
    const answer = await server.guest.request(method, path);
    expect(answer.status).toBe(200);
    expect(readJson(answer)).toEqual({ error: expect.stringMatching(/./u) });
  });

  test('does not tell one guest of the uploads of another', async () => {
    const server = await startTestServer();
    await server.owner.post('/uploadfile?key=private', buildForm([file('a.txt', 'a')]));
    expect(await status(server, 'private')).toHaveProperty('error');
  });

  test.each([['nothing', ''], ['a space', 'a b'], ['129 characters', 'k'.repeat(129)], ['two lines', 'a\nb'], ['a letter past ASCII', 'ü']])('refuses a key of %s', async (_what, key) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const answer = await server.guest.post(`/uploadfile?key=${encodeURIComponent(key)}`, buildForm([file('a.txt', 'a')]));
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'PROGRESS_ID_INVALID']);
    await disk.expectClean();
  });

  test('says failed when the connection is lost, and leaves nothing', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const upload = await openSlowUpload(server, { content: sampleBytes(1_000_000), by: 'key', path: '/uploadfile' });
    await upload.sendTo(500_000);
    await waitUntil('bytes to arrive', async () => 'state' in (await status(server, upload.id)));
    upload.connection.reset();
    await waitUntil('the status to say failed', async () => {
      const found = await status(server, upload.id);
      return 'state' in found && found.state === 'failed';
    });
    await disk.expectClean();
  });

  test('a failure comes in the one envelope', async () => {
    const server = await startTestServer();
    const answer = await server.guest.post('/uploadfile', buildForm([field('note', 'no file')]));
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'NO_FILES']);
  });
});
