import { expect, test } from 'vitest';
import { FILE_DIGEST_HEADER, UPLOAD_COMPLETE_HEADER } from '../../../server/contracts/api.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, offsetIn } from '../../helpers/tus.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(100_000);
const MORE_FOLLOWS = { [UPLOAD_COMPLETE_HEADER]: '?0' };
const NOTHING = Buffer.alloc(0);

function digestOf(content: Buffer): Readonly<Record<string, string>> {
  return { [FILE_DIGEST_HEADER]: `sha-256=:${Buffer.from(sha256(content), 'hex').toString('base64')}:` };
}

/** An upload all of whose bytes are here, and whose sender has more to say. */
async function startHeld() {
  const server = await startTestServer();
  const disk = await watchDisk(server);
  const tus = createTusClient(server.guest);
  await tus.create({ size: CONTENT.length, id: 'one', metadata: { filename: 'film.mov' } });
  const answer = await tus.patch('one', 0, CONTENT, MORE_FOLLOWS);
  return { server, disk, tus, answer };
}

test('all bytes are here, and it is not stored: not by them, by a question, or by a second creation', async () => {
  const { server, disk, tus, answer } = await startHeld();
  const others = [await tus.head('one'), await tus.create({ size: CONTENT.length, id: 'one', metadata: { filename: 'film.mov' } })];
  for (const each of [answer, ...others]) expect([offsetIn(each), each.headers['upload-expires'] === undefined]).toEqual([CONTENT.length, false]);
  expect(await server.guest.record('one')).toMatchObject({ state: 'receiving', received: CONTENT.length });
  await disk.expectKept({ one: CONTENT });
});

test('an empty PATCH that says the hash stores it, verified', async () => {
  const { server, disk, tus } = await startHeld();
  const end = await tus.patch('one', CONTENT.length, NOTHING, digestOf(CONTENT));
  expect([end.status, end.headers['upload-expires']]).toEqual([204, undefined]);
  expect(await server.guest.record('one')).toMatchObject({ state: 'stored', verified: true });
  await disk.expectDone({ 'film.mov': CONTENT });
});

test('one without a hash stores it as well', async () => {
  const { server, disk, tus } = await startHeld();
  expect((await tus.patch('one', CONTENT.length, NOTHING)).status).toBe(204);
  expect((await server.guest.record('one')).verified).toBe(undefined);
  await disk.expectDone({ 'film.mov': CONTENT });
});

test('the hash of other bytes ends it, and nothing is stored', async () => {
  const { disk, tus } = await startHeld();
  const end = await tus.patch('one', CONTENT.length, NOTHING, digestOf(sampleBytes(100_000, 2)));
  expect([end.status, readFailureCode(end)]).toEqual([460, 'CHECKSUM_MISMATCH']);
  await disk.expectClean();
});

test('a part of it can be held too, and the rest goes on from there', async () => {
  const server = await startTestServer();
  const disk = await watchDisk(server);
  const tus = createTusClient(server.guest);
  await tus.create({ size: CONTENT.length, id: 'one', metadata: { filename: 'film.mov' } });
  expect(offsetIn(await tus.patch('one', 0, CONTENT.subarray(0, 40_000), MORE_FOLLOWS))).toBe(40_000);
  expect((await tus.patch('one', 40_000, CONTENT.subarray(40_000), digestOf(CONTENT))).status).toBe(204);
  expect((await server.guest.record('one')).verified).toBe(true);
  await disk.expectDone({ 'film.mov': CONTENT });
});
