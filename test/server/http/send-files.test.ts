import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listStaging, modeOf, STAGING_NAME } from '../../helpers/disk.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes, xxh128 } from '../../helpers/sample-bytes.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

describe('POST /api/uploads', () => {
  test('stores one file of a plain form, hashed and named', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const content = sampleBytes(300_001);
    const sent = await server.guest.send(buildForm([file('photo.jpg', content)]));
    expect(sent.status).toBe(201);
    expect(sent.error).toBeUndefined();
    expect(sent.uploads).toEqual([
      expect.objectContaining({ name: 'photo.jpg', path: 'photo.jpg', state: 'stored', received: content.length, digest: await xxh128(content), batch: sent.batch }),
    ]);
    expect(sent.uploads[0]?.storedAtMs).toBeGreaterThan(Date.now() - 60_000);
    await disk.expectDone({ 'photo.jpg': content });
    expect(await modeOf(join(server.folder, 'photo.jpg'))).toBe(0o666 & ~process.umask());
  });

  test('stores several files of a plain form together, in their order', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const files = { 'a.txt': sampleBytes(10, 1), 'b.txt': sampleBytes(100_000, 2), 'c.txt': sampleBytes(3, 3) };
    const sent = await server.guest.send(buildForm(Object.entries(files).map(([name, content]) => file(name, content))));
    expect(sent.status).toBe(201);
    expect(sent.uploads.map(({ name }) => name)).toEqual(Object.keys(files));
    await disk.expectDone(files);
  });

  test('keeps the folders of a manifest', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const one = announced('IMG 1.jpg', sampleBytes(5000), { folder: 'Holiday/Day 1' });
    const other = announced('IMG 1.jpg', sampleBytes(6000, 2), { folder: 'Holiday/Day 2' });
    const sent = await server.guest.send(buildAnnouncedForm([one, other]));
    expect(sent.status).toBe(201);
    expect(sent.uploads.map(({ id, path }) => [id, path])).toEqual([
      [one.id, 'Holiday/Day 1/IMG 1.jpg'],
      [other.id, 'Holiday/Day 2/IMG 1.jpg'],
    ]);
    await disk.expectDone({ 'Holiday/Day 1/IMG 1.jpg': one.content, 'Holiday/Day 2/IMG 1.jpg': other.content });
  });

  test.each([['header', { 'x-progress-id': 'my-batch.7' }, ''], ['query', {}, '?X-Progress-ID=my-batch.7']] as const)(
    'X-Progress-ID in the %s names the batch',
    async (_where, headers, query) => {
      const server = await startTestServer();
      const answer = await server.guest.post(`/api/uploads${query}`, buildForm([file('a.txt', 'a')]), headers);
      expect(answer.status).toBe(201);
      expect((await server.guest.records()).map(({ batch, name }) => [batch, name])).toEqual([['my-batch.7', 'a.txt']]);
    },
  );

  test('E15, D3: stores a file of no bytes', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const empty = announced('empty.txt', '');
    expect((await server.guest.send(buildAnnouncedForm([empty]))).status).toBe(201);
    expect((await server.guest.send(buildForm([file('also empty.txt', '')]))).status).toBe(201);
    await disk.expectDone({ 'empty.txt': '', 'also empty.txt': '' });
  });

  test('keeps unfinished bytes where nobody else can read them', async () => {
    const server = await startTestServer();
    const upload = await openSlowUpload(server, { content: sampleBytes(2_000_000) });
    await upload.sendTo(1_500_000);
    const [staged] = await waitUntil('bytes in staging', async () => {
      const found = await listStaging(server.folder);
      return found.some(({ sizeBytes }) => sizeBytes > 0) && found;
    });
    expect(staged?.mode).toBe(0o600);
    expect(await modeOf(join(server.folder, STAGING_NAME))).toBe(0o700);
    expect((await upload.finish()).status).toBe(201);
    expect(await listStaging(server.folder)).toEqual([]);
  });

  test('tells where a stored upload is, and nothing about others', async () => {
    const server = await startTestServer();
    const sent = await server.guest.send(buildForm([file('a.txt', 'a')]));
    expect(server.running.locate(sent.uploads[0]?.id ?? '')).toBe(join(server.folder, 'a.txt'));
    expect(server.running.locate('unknown')).toBeNull();
  });
});
