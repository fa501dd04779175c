import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { lstat, readdir, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemErrorCode } from '../failure.ts';

/**
 * Names in staging say who writes them, `<host>.<pid>.<run>.<uuid>.part`, so that a start after a crash can clear what that
 * crash left behind without touching what other processes on the same folder are writing.
 */
const NAME = /^(?<host>[0-9a-f]{8})\.(?<pid>\d+)\.(?<run>[0-9a-f]{8})\.[0-9a-f-]{36}\.part$/u;

/** For files of another host or container, whose processes cannot be seen: untouched for longer than any upload may stall. */
const SURELY_LEFT_AFTER_MS = 10 * 60_000;

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const RUN = randomBytes(4).toString('hex');

/** A new name that belongs to this process. */
export function stagedName(): string {
  return `${HOST}.${process.pid}.${RUN}.${randomUUID()}.part`;
}

/** Removes what processes that are gone left in staging; whatever is not named like ours stays. */
export async function sweepStaging(staging: string): Promise<void> {
  for (const name of await readdir(staging)) {
    const path = join(staging, name);
    if (!(await isLeftBehind(name, path))) continue;
    await unlink(path).catch((error: unknown) => {
      // Another process starting at the same time was faster.
      if (systemErrorCode(error) !== 'ENOENT') throw error;
    });
  }
}

async function isLeftBehind(name: string, path: string): Promise<boolean> {
  const owner = NAME.exec(name)?.groups;
  if (owner === undefined) return false;
  const found = await lstat(path).catch(() => null);
  // Null: its process has just published or discarded it.
  if (found === null || !found.isFile()) return false;
  const pid = Number(owner['pid']);
  if (owner['host'] === HOST && pid === process.pid) return owner['run'] !== RUN;
  if (owner['host'] === HOST && !isRunning(pid)) return true;
  return Date.now() - found.mtimeMs > SURELY_LEFT_AFTER_MS;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as another user.
    return systemErrorCode(error) === 'EPERM';
  }
}
