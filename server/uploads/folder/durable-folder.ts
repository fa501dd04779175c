import { constants, existsSync } from 'node:fs';
import { lstat, mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, ignoreMissing, systemErrorCode } from '../../failure.ts';

/** Linux knows an open folder under this path, wherever its name has gone (proc_pid_fd(5)). Other systems have nothing like it. */
const OPEN_FOLDERS = '/proc/self/fd';
const HAS_OPEN_FOLDERS = process.platform === 'linux' && existsSync(OPEN_FOLDERS);

/** A folder and nothing else: no link that leads to one. */
const FOLDER_ONLY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const NO_FOLDER: ReadonlySet<string | undefined> = new Set(['ENOTDIR', 'ELOOP']);

/** A folder whose names are about to change. */
export interface DurableFolder {
  /** Leads to this very folder, where the system has a way to, also when its name is given to another meanwhile. */
  readonly path: string;
  /** Makes the names in it durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a folder below the upload folder before anything gets a name in it: afterwards there may be no descriptor left to make that
 * name durable with. Missing ones are made; a link in the way is refused, because it may lead out.
 *
 * On Linux nobody can put a link in the way afterwards either: one step after the other is taken from the folder that is open to the
 * next one. Elsewhere the instant between the look and the name remains.
 */
export async function openDurableFolder(root: string, folders: readonly string[]): Promise<DurableFolder> {
  if (HAS_OPEN_FOLDERS) return openStepByStep(root, folders);
  const path = await makeFolders(root, folders);
  // Windows cannot open a folder, and journals names by itself.
  return process.platform === 'win32' ? { path, sync: async () => undefined, close: async () => undefined } : { ...durable(await open(path, 'r')), path };
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const opened = durable(await open(folder, 'r'));
  await opened.sync().finally(() => opened.close());
}

async function openStepByStep(root: string, folders: readonly string[]): Promise<DurableFolder> {
  let opened = durable(await open(root, constants.O_RDONLY | constants.O_DIRECTORY));
  for (const name of folders) {
    const parent = opened;
    opened = await openBelow(parent, name).finally(() => parent.close());
  }
  return opened;
}

async function openBelow(parent: DurableFolder, name: string): Promise<DurableFolder> {
  const path = join(parent.path, name);
  const found = await openFolder(path).catch(ignoreMissing);
  if (found !== undefined) return found;
  if (await makeFolder(path)) await parent.sync();
  return openFolder(path);
}

async function openFolder(path: string): Promise<DurableFolder> {
  try {
    return durable(await open(path, FOLDER_ONLY));
  } catch (error) {
    throw NO_FOLDER.has(systemErrorCode(error)) ? new Failure('STORAGE_UNAVAILABLE', { cause: error }) : error;
  }
}

function durable(handle: FileHandle): DurableFolder {
  return { path: `${OPEN_FOLDERS}/${handle.fd}`, sync: () => handle.sync(), close: () => handle.close() };
}

/** One by one, by their names. */
async function makeFolders(root: string, folders: readonly string[]): Promise<string> {
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
