import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempFolder {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  remove(): Promise<void>;
}

/** A new empty folder in the system's folder for such; `parent` puts it on another disk. */
export async function makeTempFolder(parent = tmpdir()): Promise<TempFolder> {
  const path = await realpath(await mkdtemp(join(parent, 'slipway-test-')));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}
