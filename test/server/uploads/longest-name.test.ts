import { basename } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { longestName, USUAL_NAME_BYTES, type Look } from '../../../server/uploads/naming/longest-name.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';

/** An empty folder of a file system that takes names up to that length. */
function lookIn(mostBytes: number, looked: string[] = []): Look {
  return async (path) => {
    looked.push(path);
    throw Object.assign(new Error('a disk'), { code: Buffer.byteLength(basename(path)) > mostBytes ? 'ENAMETOOLONG' : 'ENOENT' });
  };
}

test('B12: the longest name is found to the byte, in few looks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 80, max: USUAL_NAME_BYTES }), async (mostBytes) => {
      const looked: string[] = [];
      expect(await longestName('/srv/uploads', lookIn(mostBytes, looked))).toBe(mostBytes);
      expect(looked.length).toBeLessThanOrEqual(10);
    }),
  );
});

test('a file system of longer names than usual is used as others are; one that does not take our own is not used', async () => {
  expect(await longestName('/srv/uploads', lookIn(1000))).toBe(USUAL_NAME_BYTES);
  expect(await longestName('/srv/uploads', lookIn(79))).toBeNull();
});

test('an error that says nothing about the length does not shorten names', async () => {
  const failing: Look = async () => Promise.reject(Object.assign(new Error('a disk'), { code: 'EIO' }));
  expect(await longestName('/srv/uploads', failing)).toBe(USUAL_NAME_BYTES);
});

test('the disk under this very test takes names of 255 bytes', async () => {
  expect(await longestName(await makeUploadFolder())).toBe(USUAL_NAME_BYTES);
});
