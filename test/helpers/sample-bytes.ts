import { createHash } from 'node:crypto';
import { xxhash128 } from 'hash-wasm';

/** The same bytes for the same seed, incompressible and free of repeats, so that a shifted or doubled block changes the hash. */
export function sampleBytes(sizeBytes: number, seed = 1): Buffer {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4));
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let index = 0; index < words.length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[index] = state >>> 0;
  }
  return Buffer.from(words.buffer, 0, sizeBytes);
}

/** SHA-256 in lower-case hex. */
export function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** XXH3 with 128 bits, as a record tells it. */
export async function xxh128(content: Buffer | string): Promise<`xxh128:${string}`> {
  return `xxh128:${await xxhash128(content)}`;
}
