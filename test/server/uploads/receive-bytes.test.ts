import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../server/failure.ts';
import { receiveBytes } from '../../../server/uploads/receive-bytes.ts';
import type { StagedFile } from '../../../server/uploads/folder/staged-file.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

/** A disk that takes as long for each write as the test wants. */
function slowDisk(): { readonly staged: StagedFile; readonly writes: (() => void)[] } {
  const writes: (() => void)[] = [];
  const nothing = (): Promise<void> => Promise.resolve();
  const append = (): Promise<void> => new Promise((resolve) => void writes.push(resolve));
  return { staged: { path: '', append, seal: nothing, discard: nothing }, writes };
}

describe('receiveBytes', () => {
  test('counts what the disk has taken, not what has come', async () => {
    const { staged, writes } = slowDisk();
    const hash = createHash('sha256');
    const seen: number[] = [];
    const stream = new PassThrough();
    const content = sampleBytes(50_000);
    const done = receiveBytes(stream, staged, { hash, maxBytes: 1e6, signal: new AbortController().signal, onWritten: (received) => seen.push(received) });
    stream.write(content.subarray(0, 20_000));
    await waitUntil('the first write', () => writes.length === 1);
    expect(seen).toEqual([]);
    writes[0]?.();
    await waitUntil('it to be counted', () => seen.length === 1);
    expect(seen).toEqual([20_000]);
    stream.end(content.subarray(20_000));
    await waitUntil('the second write', () => writes.length === 2);
    writes[1]?.();
    expect(await done).toBe(50_000);
    expect(hash.digest('hex')).toBe(sha256(content));
  });

  test('says nothing more of progress once it has ended, though the disk is still busy', async () => {
    const { staged, writes } = slowDisk();
    const hash = createHash('sha256');
    const seen: number[] = [];
    const ending = new AbortController();
    const stream = new PassThrough();
    const done = receiveBytes(stream, staged, { hash, maxBytes: 1e6, signal: ending.signal, onWritten: (received) => seen.push(received) });
    stream.write(sampleBytes(20_000));
    await waitUntil('the write', () => writes.length === 1);
    ending.abort(new Failure('CANCELLED'));
    await expect(done).rejects.toMatchObject({ code: 'CANCELLED' });
    writes[0]?.();
    await new Promise(setImmediate);
    expect(seen).toEqual([]);
  });

  test('frees the pieces that are its own once the disk has them, and never memory of which it got a part', async () => {
    const { staged, writes } = slowDisk();
    const [whole, kept] = [sampleBytes(20_000), sampleBytes(20_000, 2)];
    const part = kept.subarray(0, 10_000);
    const stream = new PassThrough();
    const hash = createHash('sha256');
    const done = receiveBytes(stream, staged, { hash, maxBytes: 1e6, signal: new AbortController().signal, onWritten: () => undefined, ownsPieces: true });
    const expected = sha256(Buffer.concat([whole, part]));
    for (const [index, piece] of [whole, part].entries()) {
      stream.write(piece);
      await waitUntil('the write', () => writes.length === index + 1);
      expect(piece.byteLength).toBeGreaterThan(0);
      writes[index]?.();
    }
    stream.end();
    expect(await done).toBe(30_000);
    expect([whole.byteLength, part.byteLength, kept.byteLength]).toEqual([0, 10_000, 20_000]);
    expect(hash.digest('hex')).toBe(expected);
  });

  test('stops a stream that is longer than it may be, and reads on into nothing', async () => {
    const { staged, writes } = slowDisk();
    const hash = createHash('sha256');
    const stream = new PassThrough({ highWaterMark: 10 });
    const done = receiveBytes(stream, staged, { hash, maxBytes: 100, signal: new AbortController().signal, onWritten: () => undefined });
    stream.write(sampleBytes(101));
    await expect(done).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    expect(writes).toEqual([]);
    stream.end(sampleBytes(500));
    await waitUntil('the rest to be read', () => stream.readableEnded);
  });
});
