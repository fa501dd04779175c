import { describe, expect, test } from 'vitest';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes, xxh128 } from '../../helpers/sample-bytes.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

describe('many files', () => {
  test('1,000 small files in one request, each with its record', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const files = Array.from({ length: 1000 }, (_, index) => announced(`IMG_${index}.jpg`, sampleBytes(1000 + index, index + 1)));
    const sent = await server.guest.send(buildAnnouncedForm(files));
    expect(sent.status).toBe(201);
    const expected = await Promise.all(files.map(async ({ id, content }) => [id, 'stored', await xxh128(content)]));
    expect(sent.uploads.map(({ id, state, digest }) => [id, state, digest])).toEqual(expected);
    await disk.expectDone(Object.fromEntries(files.map(({ name, content }) => [name, content])));
    expect(await server.guest.records()).toHaveLength(1000);
  });

  test('50 senders at once, none told to wait, each with its own files only', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const senders = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => ({
        client: await startSession(server),
        files: [announced(`from ${index}.bin`, sampleBytes(200_000, index + 1)), announced(`also from ${index}.bin`, sampleBytes(50, index + 100))],
      })),
    );
    const answers = await Promise.all(senders.map(({ client, files }) => client.send(buildAnnouncedForm(files))));
    expect(answers.map(({ status }) => status)).toEqual(senders.map(() => 201));
    await disk.expectDone(Object.fromEntries(senders.flatMap(({ files }) => files.map(({ name, content }) => [name, content]))));
    for (const { client, files } of senders) {
      expect((await client.records()).map(({ id }) => id).toSorted()).toEqual(files.map(({ id }) => id).toSorted());
    }
    expect(await server.owner.records()).toHaveLength(100);
  });

  test('B17, I3: the same name 100 times at once becomes 100 files', async () => {
    const server = await startTestServer();
    const contents = Array.from({ length: 100 }, (_, index) => sampleBytes(3000, index + 1));
    const disk = await watchDisk(server);
    const answers = await Promise.all(contents.map((content) => server.guest.send(buildForm([file('scan.pdf', content)]))));
    expect(answers.map(({ status }) => status)).toEqual(contents.map(() => 201));
    const names = answers.map(({ uploads }) => uploads[0]?.name ?? '');
    expect(new Set(names).size).toBe(100);
    await disk.expectDone(Object.fromEntries(contents.map((content, index) => [names[index] ?? '', content])));
  });
});
