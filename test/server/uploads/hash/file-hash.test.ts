import { expect, test } from 'vitest';
import { FileHash } from '../../../../server/uploads/hash/file-hash.ts';
import { sampleBytes, sha256, xxh128 } from '../../../helpers/sample-bytes.ts';

const CONTENTS = [0, 1, 239, 240, 241, 1024, 1025, 100_000].map((size, seed) => sampleBytes(size, seed + 1));

test('XXH3 is the one that others compute', () => {
  // As `xxhsum -H2` says.
  expect(FileHash.start('xxh128').digest()).toBe('xxh128:99aa06d3014798d86001c324468d497f');
  const hash = FileHash.start('xxh128');
  hash.update(Buffer.from('hello'));
  expect([hash.bytes, hash.digest()]).toEqual([5, 'xxh128:b5e9c1ad071b3e7fc779cfaa5e523818']);
});

test.each(['xxh128', 'sha-256'] as const)('many %s that take turns, and copies of them, do not get into each other', async (algorithm) => {
  const expected = await Promise.all(CONTENTS.map(async (content) => (algorithm === 'xxh128' ? xxh128(content) : `sha-256:${sha256(content)}`)));
  const hashes = CONTENTS.map(() => FileHash.start(algorithm));
  const copies: FileHash[] = [];
  for (let turn = 0; turn < 10; turn += 1) {
    if (turn === 5) copies.push(...hashes.map((hash) => hash.copy()));
    CONTENTS.forEach((content, index) => {
      const piece = content.subarray((content.length * turn) / 10, (content.length * (turn + 1)) / 10);
      hashes[index]?.update(piece);
      copies[index]?.update(piece);
    });
  }
  expect(hashes.map((hash) => hash.digest())).toEqual(expected);
  expect(copies.map((hash) => hash.digest())).toEqual(expected);
});
