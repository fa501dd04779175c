import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { makeTempFolder } from './temp-folder.ts';
import { findTool } from './tools.ts';

const run = promisify(execFile);

export interface SmallDisk {
  /** Where it is mounted. */
  readonly path: string;
  /** Makes it read-only, or writable again. */
  remount(how: 'ro' | 'rw'): Promise<void>;
}

/** A disk in memory for one test; needs root. Start servers on it afterwards, so that they stop before it goes. */
export async function mountSmallDisk(sizeBytes: number): Promise<SmallDisk> {
  const mount = findTool('mount');
  const temp = await makeTempFolder();
  await run(mount, ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', temp.path]);
  onTestFinished(async () => {
    await run(findTool('umount'), ['-l', temp.path]);
    await temp.remove();
  });
  return { path: temp.path, remount: async (how) => void (await run(mount, ['-o', `remount,${how}`, temp.path])) };
}
