import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { FILE_DIGEST_HEADER } from '../../../server/contracts/api.ts';
import { startCli } from '../../helpers/cli.ts';
import { listStaging } from '../../helpers/disk.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { sampleBytes, sha256, xxh128 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, offsetIn, openPatch, stagedPath } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(100_000);
const OTHER = sampleBytes(100_000, 2);
const HALF = 50_000;

type Digest = `${string}:${string}`;

const ALGORITHMS: readonly (readonly [string, (content: Buffer) => Promise<Digest>])[] = [
  ['xxh128', xxh128],
  ['sha-256', async (content) => `sha-256:${sha256(content)}`],
];

/** `Repr-Digest` of what a record calls `algorithm:hex`. */
function told(digest: Digest): Readonly<Record<string, string>> {
  const [algorithm, hex] = digest.split(':');
  return { [FILE_DIGEST_HEADER.toLowerCase()]: `${algorithm}=:${Buffer.from(hex ?? '', 'hex').toString('base64')}:` };
}

describe.each(ALGORITHMS)('the %s of a whole resumable upload', (_algorithm, hashOf) => {
  async function start() {
    const server = await startTestServer();
    return { server, disk: await watchDisk(server), tus: createTusClient(server.guest), right: await hashOf(CONTENT), wrong: await hashOf(OTHER) };
  }

  test('told at its creation, is verified', async () => {
    const { server, disk, tus, right } = await start();
    await tus.create({ size: CONTENT.length, id: 'one', headers: told(right) });
    await tus.patch('one', 0, CONTENT.subarray(0, HALF));
    expect((await tus.patch('one', HALF, CONTENT.subarray(HALF))).status).toBe(204);
    expect(await server.guest.record('one')).toMatchObject({ state: 'stored', digest: right, verified: true });
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('told with the bytes that come with a creation, is verified', async () => {
    const { server, tus, right } = await start();
    expect((await tus.create({ size: CONTENT.length, id: 'one', headers: told(right), body: CONTENT })).status).toBe(201);
    expect(await server.guest.record('one')).toMatchObject({ state: 'stored', digest: right, verified: true });
  });

  test('told with the last bytes only, is verified', async () => {
    const { server, disk, tus, right } = await start();
    await tus.create({ size: CONTENT.length, id: 'one', body: CONTENT.subarray(0, HALF) });
    expect((await tus.patch('one', HALF, CONTENT.subarray(HALF), told(right))).status).toBe(204);
    expect(await server.guest.record('one')).toMatchObject({ state: 'stored', digest: right, verified: true });
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('told last counts', async () => {
    const { server, tus, right, wrong } = await start();
    await tus.create({ size: CONTENT.length, id: 'one', headers: told(wrong), body: CONTENT.subarray(0, HALF) });
    expect((await tus.create({ size: CONTENT.length, id: 'one', headers: told(right) })).status).toBe(201);
    expect((await tus.patch('one', HALF, CONTENT.subarray(HALF))).status).toBe(204);
    expect(await server.guest.record('one')).toMatchObject({ state: 'stored', digest: right, verified: true });
  });

  test('when it is another, nothing is stored and nothing stays', async () => {
    const { server, disk, tus, wrong } = await start();
    await tus.create({ size: CONTENT.length, id: 'one', body: CONTENT.subarray(0, HALF) });
    const answer = await tus.patch('one', HALF, CONTENT.subarray(HALF), told(wrong));
    // No offset: there is nothing to go on with.
    expect([answer.status, readFailureCode(answer), answer.headers['upload-offset']]).toEqual([460, 'CHECKSUM_MISMATCH', undefined]);
    const record = await server.guest.record('one');
    expect([record.state, record.failure?.code, record.failure?.retryable, record.digest, record.verified]).toEqual(['failed', 'CHECKSUM_MISMATCH', true, undefined, undefined]);
    expect((await tus.head('one')).status).toBe(404);
    await disk.expectClean();
    // Under the same id it can begin again.
    expect(offsetIn(await tus.create({ size: CONTENT.length, id: 'one', body: CONTENT }))).toBe(CONTENT.length);
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test('E20: keeps a different file of the same name and size from being glued to an old part', async () => {
    const { server, disk, tus, right, wrong } = await start();
    await tus.create({ size: CONTENT.length, id: 'one', headers: told(right), body: CONTENT.subarray(0, HALF) });
    expect(offsetIn(await tus.create({ size: OTHER.length, id: 'one', headers: told(wrong) }))).toBe(HALF);
    expect((await tus.patch('one', HALF, OTHER.subarray(HALF))).status).toBe(460);
    expect(await server.guest.record('one')).toMatchObject({ state: 'failed' });
    await disk.expectClean();
  });

  test('is remembered while the connection is lost', async () => {
    const { server, disk, tus, right } = await start();
    await tus.create({ size: CONTENT.length, id: 'one' });
    const cut = await openPatch(server, 'one', 0, CONTENT.length, told(right));
    await cut.write(CONTENT.subarray(0, HALF));
    await waitUntil('bytes on disk', async () => (await readFile(stagedPath(server.folder, 'one', 'part'))).length === HALF);
    cut.reset();
    await waitUntil('the loss to be noticed', async () => (await server.guest.record('one')).state === 'interrupted');
    expect((await tus.patch('one', HALF, CONTENT.subarray(HALF))).status).toBe(204);
    expect(await server.guest.record('one')).toMatchObject({ state: 'stored', digest: right, verified: true });
    await disk.expectDone({ 'file.bin': CONTENT });
  });

  test.each([['the same file goes on', true], ['another goes on', false]])('is remembered by a server that is killed: %s', async (_what, isSame) => {
    const first = await startCli();
    const right = await hashOf(CONTENT);
    await createTusClient(first.guest).create({ size: CONTENT.length, id: 'one' });
    const cut = await openPatch(first, 'one', 0, CONTENT.length, told(right));
    await cut.write(CONTENT.subarray(0, HALF));
    await waitUntil('bytes on disk', async () => (await readFile(stagedPath(first.folder, 'one', 'part'))).length === HALF);
    await first.child.kill();
    const second = await startCli({ folder: first.folder });
    const answer = await createTusClient(second.guest).patch('one', HALF, (isSame ? CONTENT : OTHER).subarray(HALF));
    expect(answer.status).toBe(isSame ? 204 : 460);
    expect(await second.guest.record('one')).toMatchObject(isSame ? { state: 'stored', digest: right, verified: true } : { state: 'failed' });
    expect(await listStaging(second.folder)).toEqual([]);
  });
});

describe('the hash of a resumable upload', () => {
  test('is there, and proves nothing, when the sender told none', async () => {
    const server = await startTestServer();
    await createTusClient(server.guest).create({ size: CONTENT.length, id: 'one', body: CONTENT });
    const record = await server.guest.record('one');
    expect([record.digest, record.verified]).toEqual([await xxh128(CONTENT), undefined]);
  });

  test('told by an announcement, counts for an upload that says nothing of its own', async () => {
    const server = await startTestServer();
    const digest = await xxh128(CONTENT);
    await server.guest.announce(['one', 'two'].map((id) => ({ id, name: 'file.bin', size: CONTENT.length, digest })));
    const tus = createTusClient(server.guest);
    expect((await tus.create({ size: CONTENT.length, id: 'one', body: CONTENT })).status).toBe(201);
    expect((await tus.create({ size: CONTENT.length, id: 'two', body: OTHER })).status).toBe(460);
    expect((await server.guest.records()).map(({ state, verified }) => [state, verified])).toEqual([['stored', true], ['failed', undefined]]);
  });

  test('of two that are known, the stronger counts; what is not known beside it is left alone', async () => {
    const server = await startTestServer();
    const header = `crc32=:AAAAAA==:, ${told(await xxh128(OTHER))['repr-digest']}, ${told(`sha-256:${sha256(CONTENT)}`)['repr-digest']}`;
    await createTusClient(server.guest).create({ size: CONTENT.length, id: 'one', headers: { 'repr-digest': header }, body: CONTENT });
    expect(await server.guest.record('one')).toMatchObject({ digest: `sha-256:${sha256(CONTENT)}`, verified: true });
  });

  test.each(['', 'xxh128', 'xxh128=AAAA', 'xxh128=:AAAA:', 'xxh128=:!!!!:', 'md5=:1B2M2Y8AsgTpgAmY7PhCfg==:', 'sha-256=:AAAAAAAAAAAAAAAAAAAAAA==:', 'xxh128=:AAAAAAAAAAAAAAAAAAAAAA==:; x y', 'XXH128=:AAAAAAAAAAAAAAAAAAAAAA==:'])(
    'is refused as %j, and changes nothing',
    async (header) => {
      const server = await startTestServer();
      const tus = createTusClient(server.guest);
      const refused = await tus.create({ size: CONTENT.length, id: 'none', headers: { 'repr-digest': header } });
      expect([refused.status, readFailureCode(refused)]).toEqual([400, 'CHECKSUM_UNSUPPORTED']);
      await tus.create({ size: CONTENT.length, id: 'one', body: CONTENT.subarray(0, HALF) });
      const answer = await tus.patch('one', HALF, CONTENT.subarray(HALF), { 'repr-digest': header });
      expect([answer.status, readFailureCode(answer)]).toEqual([400, 'CHECKSUM_UNSUPPORTED']);
      expect(offsetIn(await tus.head('one'))).toBe(HALF);
    },
  );

  test('is made of what is on disk, whatever went wrong on the way', async () => {
    const server = await startTestServer();
    const tus = createTusClient(server.guest);
    const right = await xxh128(CONTENT);
    await tus.create({ size: CONTENT.length, id: 'one', body: CONTENT.subarray(0, 1000) });
    // A chunk that is taken back because its own checksum is wrong.
    expect((await tus.patch('one', 1000, OTHER.subarray(1000, 9000), { 'upload-checksum': `md5 ${Buffer.alloc(16).toString('base64')}` })).status).toBe(460);
    expect((await tus.patch('one', 1000, CONTENT.subarray(1000, HALF))).status).toBe(204);
    // Something that this process did not write itself.
    await writeFile(stagedPath(server.folder, 'one', 'part'), CONTENT.subarray(0, HALF + 5));
    expect((await tus.patch('one', HALF + 5, CONTENT.subarray(HALF + 5), told(right))).status).toBe(204);
    expect(await server.guest.record('one')).toMatchObject({ digest: right, verified: true });
  });
});
