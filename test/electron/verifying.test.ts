import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SavedHash } from '../../electron/main/sending/file-hash.ts';
import type { FileToSend } from '../../electron/main/sending/file-to-send.ts';
import { sendGroup } from '../../electron/main/sending/send-group.ts';
import { sendResumable } from '../../electron/main/sending/send-resumable.ts';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import { listStaging, listTree } from '../helpers/disk.ts';
import { startFlippingProxy, type FlippingProxy } from '../helpers/flipping-proxy.ts';
import { sampleBytes, sha256, xxh128 } from '../helpers/sample-bytes.ts';
import { SENDER_TOKEN, startSendingSide, type SendingSide } from '../helpers/sending-side.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const LARGE = sampleBytes(12_000_000);
const SMALL = sampleBytes(300_000, 2);
const ALSO_SMALL = sampleBytes(200_000, 3);

let side: SendingSide<FlippingProxy>;

beforeEach(async () => {
  side = await startSendingSide(startFlippingProxy);
});
afterEach(() => side.stop());

async function recordOf(id: string): Promise<UploadRecord> {
  const response = await fetch(new URL(`/api/uploads/${id}`, side.server().url), { headers: { authorization: `Bearer ${SENDER_TOKEN}` } });
  return (await response.json()) as UploadRecord;
}

const options = () => ({ signal: AbortSignal.timeout(25_000) });
const contents = async () => Object.fromEntries(await listTree(side.uploads));

test('what is sent is verified, a large file and small ones', async () => {
  const files = [await side.write('one', SMALL), await side.write('empty', Buffer.alloc(0))];
  expect(await sendResumable(side.target, await side.write('large', LARGE), options())).toBe('stored');
  expect([...await sendGroup(side.target, files, options())]).toEqual([['one', 'stored'], ['empty', 'stored']]);
  for (const [id, bytes] of [['large', LARGE], ['one', SMALL], ['empty', Buffer.alloc(0)]] as const) {
    expect(await recordOf(id)).toMatchObject({ state: 'stored', verified: true, digest: await xxh128(bytes) });
  }
});

test('a large file that arrives as another one is sent again, once', async () => {
  side.wire.flip(1, 5_000_000);
  expect(await sendResumable(side.target, await side.write('large', LARGE), options())).toBe('stored');
  expect(side.wire.flipped()).toBe(1);
  expect(await recordOf('large')).toMatchObject({ state: 'stored', verified: true });
  expect(await contents()).toEqual({ large: sha256(LARGE) });
});

test('when that happens to it again, it fails and says why, and nothing of it is kept', async () => {
  side.wire.flip(3, 5_000_000);
  expect(await sendResumable(side.target, await side.write('large', LARGE), options())).toBe('ended');
  expect(side.wire.flipped()).toBe(2);
  expect(await recordOf('large')).toMatchObject({ state: 'failed', failure: { code: 'CHECKSUM_MISMATCH', retryable: true } });
  expect(await contents()).toEqual({});
  expect(await listStaging(side.uploads)).toEqual([]);
});

test('of small files, the one that arrives as another one is sent again, once, and its neighbour is not touched', async () => {
  const files = [await side.write('one', SMALL), await side.write('two', ALSO_SMALL)];
  side.wire.flip(1, 400_000);
  expect([...await sendGroup(side.target, files, options())]).toEqual([['one', 'stored'], ['two', 'stored']]);
  expect(side.wire.flipped()).toBe(1);
  for (const id of ['one', 'two']) expect(await recordOf(id)).toMatchObject({ state: 'stored', verified: true });
  expect(await contents()).toEqual({ one: sha256(SMALL), two: sha256(ALSO_SMALL) });
});

test('a small file that arrives as another one twice fails and says why', async () => {
  side.wire.flip(2, 100_000);
  expect([...await sendGroup(side.target, [await side.write('one', SMALL)], options())]).toEqual([['one', 'ended']]);
  expect(await recordOf('one')).toMatchObject({ state: 'failed', failure: { code: 'CHECKSUM_MISMATCH' } });
  expect(await contents()).toEqual({});
});

/** Sends some of a large file and no more; answers how far it had been hashed. */
async function sendSome(file: FileToSend): Promise<SavedHash> {
  side.wire.hold(9_000_000);
  const ending = new AbortController();
  let hashed: SavedHash | undefined;
  const sending = sendResumable(side.target, file, { signal: ending.signal, onHashed: (now) => (hashed = now) });
  await waitUntil('some of it to arrive', async () => (await listStaging(side.uploads)).some(({ name, sizeBytes }) => name.endsWith('.part') && sizeBytes > 0));
  ending.abort();
  expect(await sending).toBe('interrupted');
  side.wire.hold(Number.POSITIVE_INFINITY);
  if (hashed === undefined) throw new Error('Nothing was said of the hash.');
  return hashed;
}

test.each(['with the hash of the first sending', 'without it', 'with a hash of other bytes'])('a continued file is verified, %s', async (what) => {
  const file = await side.write('large', LARGE);
  const hashed = await sendSome(file);
  expect(hashed.bytes).toBeLessThan(LARGE.length);
  const other = await sendSome(await side.write('other', sampleBytes(LARGE.length, 10)));
  const saved = { 'without it': {}, 'with a hash of other bytes': { hashed: other } }[what] ?? { hashed };
  expect(await sendResumable(side.target, file, { ...options(), ...saved })).toBe('stored');
  expect(await recordOf('large')).toMatchObject({ state: 'stored', verified: true, digest: await xxh128(LARGE) });
});
