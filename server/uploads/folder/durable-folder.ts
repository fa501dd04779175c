import { lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, systemErrorCode } from '../../failure.ts';

/** A folder whose names are about to change. */
export interface DurableFolder {
  /** Makes the names in it durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a folder before anything gets a name in it: afterwards there may be no descriptor left to make that name durable with. Windows
 * cannot open a folder and journals names by itself.
 */
export async function openDurableFolder(folder: string): Promise<DurableFolder> {
  if (process.platform === 'win32') return { sync: async () => undefined, close: async () => undefined };
  const handle = await open(folder, 'r');
  return { sync: () => handle.sync(), close: () => handle.close() };
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const opened = await openDurableFolder(folder);
  await opened.sync().finally(() => opened.close());
}

/** Makes missing folders one by one; a link in the way is refused, because it may lead out of the upload folder. */
export async function makeFolders(root: string, folders: readonly string[]): Promise<string> {
  let folder = root;
  for (const name of folders) {
    const parent = folder;
    folder = join(parent, name);
    const found = await lstat(folder).catch(ignoreMissing);
    if (found === undefined && (await makeFolder(folder))) await syncFolder(parent);
    else if (!(found ?? (await lstat(folder))).isDirectory()) throw new Failure('STORAGE_UNAVAILABLE');
  }
  return folder;
}

/** False when somebody else was faster. */
async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    ignoreExisting(error);
    return false;
  }
}

function ignoreExisting(error: unknown): void {
  if (systemErrorCode(error) !== 'EEXIST') throw error;
}

function ignoreMissing(error: unknown): undefined {
  if (systemErrorCode(error) !== 'ENOENT') throw error;
}
