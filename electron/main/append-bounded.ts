import { appendFileSync, renameSync, statSync } from 'node:fs';
import { codeOf } from './ipc/guards.ts';

/** More than anybody reads; with the file before it, at most twice as much stays on disk. */
const MAX_BYTES = 256 * 1024;

/**
 * Adds to a file that only its owner may read. One that has grown too large is kept as `….old` in place of an earlier one.
 * @throws system errors
 */
export function appendBounded(file: string, text: string): void {
  const bytes = Buffer.from(text).subarray(0, MAX_BYTES);
  const before = bytesOf(file);
  if (before > 0 && before + bytes.byteLength > MAX_BYTES) renameSync(file, `${file}.old`);
  appendFileSync(file, bytes, { mode: 0o600 });
}

function bytesOf(file: string): number {
  try {
    return statSync(file).size;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return 0;
  }
}
