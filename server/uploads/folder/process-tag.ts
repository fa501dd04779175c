import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { systemErrorCode } from '../../failure.ts';

/**
 * Says which process something on a shared disk belongs to: `<host>.<pid>.<run>`. The run tells two processes apart that had
 * the same number one after the other, as in containers, where it is often 1.
 */
export const PROCESS_TAG_PATTERN = '(?<host>[0-9a-f]{8})\\.(?<pid>\\d+)\\.(?<run>[0-9a-f]{8})';

const TAG = new RegExp(`^${PROCESS_TAG_PATTERN}$`, 'u');
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const RUN = randomBytes(4).toString('hex');

/** This process. */
export const PROCESS_TAG = `${HOST}.${process.pid}.${RUN}`;

/**
 * What is known of the process behind a tag: `unknown` for other hosts and containers, whose processes cannot be seen, and for
 * what is no tag.
 */
export function processState(tag: string): 'ours' | 'running' | 'gone' | 'unknown' {
  if (tag === PROCESS_TAG) return 'ours';
  const { host, pid } = TAG.exec(tag)?.groups ?? {};
  if (host !== HOST || pid === undefined) return 'unknown';
  // Our own number under another run: whoever had it before us.
  if (Number(pid) === process.pid) return 'gone';
  return isRunning(Number(pid)) ? 'running' : 'gone';
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
