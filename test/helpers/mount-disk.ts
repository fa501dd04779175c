import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findTool } from './tools.ts';

const run = promisify(execFile);

export interface MountedDisk {
  /** Makes it read-only, or writable again. */
  remount(how: 'ro' | 'rw'): Promise<void>;
  /** Lets go also of what is still open on it. */
  unmount(): Promise<void>;
}

/** Mounts a disk in memory over a folder; needs root. @param mostFiles it can hold, with its folders; 0: any number */
export async function mountDisk(folder: string, sizeBytes: number, mostFiles = 0): Promise<MountedDisk> {
  const mount = findTool('mount');
  await run(mount, ['-t', 'tmpfs', '-o', `size=${sizeBytes},nr_inodes=${mostFiles}`, 'tmpfs', folder]);
  return {
    remount: async (how) => void (await run(mount, ['-o', `remount,${how}`, folder])),
    unmount: async () => void (await run(findTool('umount'), ['-l', folder])),
  };
}
