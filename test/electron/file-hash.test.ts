import { xxhash128 } from 'hash-wasm';
import { expect, test } from 'vitest';
import { createDigester, createFileHash } from '../../electron/main/sending/file-hash.ts';
import { sampleBytes } from '../helpers/sample-bytes.ts';

const BYTES = sampleBytes(3_000_000);

async function expectDigest(digest: Buffer): Promise<void> {
  expect(digest.toString('hex')).toBe(await xxhash128(BYTES));
}

test('the function is XXH3 with 128 bits', async () => {
  // Test vector of the reference implementation, for no bytes and seed 0.
  const digest = await createDigester();
  expect(digest(Buffer.from('anything else'))).not.toBe(digest(Buffer.alloc(0)));
  expect(digest(Buffer.alloc(0))).toBe('xxh128:99aa06d3014798d86001c324468d497f');
});

test('bytes that come twice, after a broken connection, count once', async () => {
  const hash = await createFileHash();
  hash.feed(BYTES.subarray(0, 2_000_000), 0);
  hash.feed(BYTES.subarray(500_000, 1_000_000), 500_000);
  hash.feed(BYTES.subarray(1_500_000), 1_500_000);
  expect(hash.hashedBytes()).toBe(BYTES.length);
  await expectDigest(hash.digest());
  // Asked again, when the last request was lost.
  hash.feed(BYTES.subarray(2_900_000), 2_900_000);
  await expectDigest(hash.digest());
});

test('bytes may not be left out', async () => {
  const hash = await createFileHash();
  expect(() => hash.feed(BYTES.subarray(10), 10)).toThrow(RangeError);
});

test('a saved hash goes on where it was, also one that was finished', async () => {
  const first = await createFileHash();
  first.feed(BYTES.subarray(0, 1_234_567), 0);
  const second = await createFileHash(first.save());
  expect(second.hashedBytes()).toBe(1_234_567);
  second.feed(BYTES.subarray(1_234_567), 1_234_567);
  await expectDigest(second.digest());
  await expectDigest((await createFileHash(second.save())).digest());
});

test.each(['', 'AAAA', 'not base64!'])('a saved hash of %j begins at the beginning', async (state) => {
  const hash = await createFileHash({ bytes: 5, state });
  expect(hash.hashedBytes()).toBe(0);
  hash.feed(BYTES, 0);
  await expectDigest(hash.digest());
});
