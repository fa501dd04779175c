import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Failure } from '../../../server/failure.ts';
import { receiveBytes } from '../../../server/uploads/receive-bytes.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

const KIBI = 1024;

/** Keeps what is written, after some turns of the event loop. */
function turningDisk(turns: () => number): { readonly written: Buffer[]; append(pieces: readonly Uint8Array[]): Promise<void> } {
  const written: Buffer[] = [];
  return {
    written,
    async append(pieces) {
      const bytes = Buffer.concat(pieces);
      for (let left = turns(); left > 0; left -= 1) await new Promise(setImmediate);
      written.push(bytes);
    },
  };
}

/** Holds each write until the test lets it end. */
function heldDisk(): { readonly writes: { readonly bytes: number; finish(): void }[]; append(pieces: readonly Uint8Array[]): Promise<void> } {
  const writes: { readonly bytes: number; finish(): void }[] = [];
  return {
    writes,
    append: (pieces) => new Promise((finish) => void writes.push({ bytes: Buffer.concat(pieces).length, finish })),
  };
}

const receive = (stream: PassThrough, disk: Parameters<typeof receiveBytes>[1], onWritten = (): void => undefined): Promise<number> =>
  receiveBytes(stream, disk, { hash: createHash('md5'), maxBytes: 1e9, signal: new AbortController().signal, onWritten });

describe('bytes on their way to the disk', () => {
  test('go there many at a time, however small the pieces in which they come', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const disk = turningDisk(() => 0);
    const stream = new PassThrough();
    const content = sampleBytes(2 * KIBI * KIBI);
    const done = receive(stream, disk);
    for (let start = 0; start < content.length; start += 4 * KIBI) {
      stream.write(content.subarray(start, start + 4 * KIBI));
      await new Promise(setImmediate);
    }
    stream.end();
    expect(await done).toBe(content.length);
    expect(sha256(Buffer.concat(disk.written))).toBe(sha256(content));
    expect(disk.written).toHaveLength(8);
  });

  test('are written as soon as the disk is free again, when they have waited for it long enough', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const disk = heldDisk();
    const stream = new PassThrough();
    const done = receive(stream, disk);
    for (const piece of [sampleBytes(5000), sampleBytes(3000, 2)]) {
      stream.write(piece);
      await new Promise(setImmediate);
      vi.advanceTimersByTime(1000);
    }
    expect(disk.writes.map(({ bytes }) => bytes)).toEqual([5000]);
    disk.writes[0]?.finish();
    await new Promise(setImmediate);
    expect(disk.writes.map(({ bytes }) => bytes)).toEqual([5000, 3000]);
    disk.writes[1]?.finish();
    stream.end();
    expect(await done).toBe(8000);
  });

  test('are there whole and in their order, whatever the pieces and however long the disk takes', async () => {
    const pieces = fc.array(fc.oneof(fc.integer({ min: 1, max: 70_000 }), fc.integer({ min: 200_000, max: 1_500_000 })), { minLength: 1, maxLength: 12 });
    await fc.assert(fc.asyncProperty(pieces, fc.array(fc.nat({ max: 4 }), { minLength: 1 }), fc.array(fc.boolean(), { minLength: 1 }), async (sizes, delays, rests) => {
      let writes = 0;
      const disk = turningDisk(() => delays[writes++ % delays.length] ?? 0);
      const stream = new PassThrough();
      const content = sampleBytes(sizes.reduce((sum, size) => sum + size, 0));
      const done = receive(stream, disk);
      let start = 0;
      for (const [index, size] of sizes.entries()) {
        stream.write(content.subarray(start, start += size));
        if (rests[index % rests.length] === true) await new Promise(setImmediate);
      }
      stream.end();
      expect(await done).toBe(content.length);
      expect(Buffer.concat(disk.written).equals(content)).toBe(true);
    }), { numRuns: 60 });
  });

  test('are no more than the disk can soon take: whoever sends them has to wait for it', async () => {
    const disk = heldDisk();
    const stream = new PassThrough({ highWaterMark: 64 * KIBI });
    const done = receive(stream, disk);
    const whole = 4 * KIBI * KIBI;
    for (let sent = 0; sent < whole; sent += 64 * KIBI) stream.write(sampleBytes(64 * KIBI));
    stream.end();
    await waitUntil('the stream to rest', () => stream.isPaused());
    for (let count = 1; !stream.readableEnded || disk.writes.length >= count; count += 1) {
      await waitUntil('the next write', () => disk.writes.length === count);
      expect(disk.writes[count - 1]?.bytes).toBeLessThanOrEqual(KIBI * KIBI);
      disk.writes[count - 1]?.finish();
      await new Promise(setImmediate);
    }
    expect(await done).toBe(whole);
  });

  test('are written when no more come for a moment', async () => {
    const disk = turningDisk(() => 0);
    const stream = new PassThrough();
    const content = sampleBytes(5000);
    const done = receive(stream, disk);
    stream.write(content);
    await waitUntil('them to be written', () => disk.written.length === 1);
    stream.end();
    expect(await done).toBe(5000);
  });

  test('are written when the line is cut before there were enough', async () => {
    const disk = turningDisk(() => 2);
    const stream = new PassThrough();
    const content = sampleBytes(5000);
    let seen = 0;
    const done = receiveBytes(stream, disk, { hash: createHash('md5'), maxBytes: 1e9, signal: new AbortController().signal, onWritten: (received) => void (seen = received) });
    stream.once('data', () => stream.destroy());
    stream.write(content);
    await expect(done).rejects.toMatchObject({ code: 'UPLOAD_ABORTED' });
    expect(seen).toBe(5000);
    expect(Buffer.concat(disk.written).equals(content)).toBe(true);
  });

  test('are written when another request wants to go on with them; what comes after that is not, and its end is not theirs', async () => {
    const disk = heldDisk();
    const stream = new PassThrough();
    const taking = new AbortController();
    const done = receiveBytes(stream, disk, { hash: createHash('md5'), maxBytes: 1e9, signal: taking.signal, onWritten: () => undefined });
    stream.write(sampleBytes(5000));
    await waitUntil('the write', () => disk.writes.length === 1);
    stream.write(sampleBytes(3000));
    taking.abort(new Failure('UPLOAD_LOCKED'));
    stream.end(sampleBytes(2000));
    await waitUntil('the rest to be read', () => stream.readableEnded);
    disk.writes[0]?.finish();
    await waitUntil('the second write', () => disk.writes.length === 2);
    disk.writes[1]?.finish();
    await expect(done).rejects.toMatchObject({ code: 'UPLOAD_LOCKED' });
    expect(disk.writes.map(({ bytes }) => bytes)).toEqual([5000, 3000]);
  });

  test('are not written any more once a write has failed', async () => {
    let writes = 0;
    const disk = {
      append(): Promise<void> {
        writes += 1;
        return Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
      },
    };
    const stream = new PassThrough({ highWaterMark: 4 * KIBI * KIBI });
    const done = receive(stream, disk);
    stream.write(sampleBytes(KIBI * KIBI));
    await expect(done).rejects.toMatchObject({ code: 'INSUFFICIENT_STORAGE' });
    stream.end(sampleBytes(KIBI * KIBI));
    await waitUntil('the rest to be read', () => stream.readableEnded);
    expect(writes).toBe(1);
  });
});
