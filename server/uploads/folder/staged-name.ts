import { randomUUID } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PROCESS_TAG, PROCESS_TAG_PATTERN, processState } from './process-tag.ts';
import { unlinkIfThere } from './unlink-if-there.ts';

/**
 * Names in staging say who writes them, so that a start after a crash can clear what that crash left behind without touching
 * what other processes on the same folder are writing.
 */
const NAME = new RegExp(`^(?<tag>${PROCESS_TAG_PATTERN})\\.[0-9a-f-]{36}\\.part$`, 'u');

/** For files of processes that cannot be seen: untouched for longer than any upload may stall. */
const SURELY_LEFT_AFTER_MS = 10 * 60_000;

/** A new name that belongs to this process. */
export function stagedName(): string {
  return `${PROCESS_TAG}.${randomUUID()}.part`;
}

/** Removes what processes that are gone left in staging; whatever is not named like ours stays. */
export async function sweepStaging(staging: string): Promise<void> {
  for (const name of await readdir(staging)) {
    const path = join(staging, name);
    // Another process that starts at the same time may be faster.
    if (await isLeftBehind(name, path)) await unlinkIfThere(path);
  }
}

async function isLeftBehind(name: string, path: string): Promise<boolean> {
  const tag = NAME.exec(name)?.groups?.['tag'];
  if (tag === undefined) return false;
  const found = await lstat(path).catch(() => null);
  // Null: its process has just published or discarded it.
  if (found === null || !found.isFile()) return false;
  const state = processState(tag);
  if (state === 'gone') return true;
  return state !== 'ours' && Date.now() - found.mtimeMs > SURELY_LEFT_AFTER_MS;
}
