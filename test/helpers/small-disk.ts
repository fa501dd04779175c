import { onTestFinished } from 'vitest';
import { mountDisk, type MountedDisk } from './mount-disk.ts';
import { makeTempFolder } from './temp-folder.ts';

export interface SmallDisk extends Pick<MountedDisk, 'remount'> {
  /** Where it is mounted. */
  readonly path: string;
}

/** A disk in memory for one test; needs root. Start servers on it afterwards, so that they stop before it goes. */
export async function mountSmallDisk(sizeBytes: number, mostFiles = 0): Promise<SmallDisk> {
  const temp = await makeTempFolder();
  const disk = await mountDisk(temp.path, sizeBytes, mostFiles);
  onTestFinished(async () => {
    await disk.unmount();
    await temp.remove();
  });
  return { path: temp.path, remount: disk.remount };
}
