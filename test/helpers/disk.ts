import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readdir, readlink, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Hidden folder for unfinished bytes, inside the upload folder. */
export const STAGING_NAME = '.slipway-staging';

export interface StagedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly mode: number;
}

/** Relative path with `/` → SHA-256 of every file below; a link is `link:` and where it points, an empty folder `folder`. */
export async function listTree(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  await walk(folder, folder, found);
  return new Map([...found].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * Where the server notes what it stored, that it is there, what it knows the folder by, and what its processes share; they stay, and
 * are no trace of any one upload.
 */
export const OF_THE_FOLDER = /^(?:stored\.jsonl|servers|folder-[0-9a-f]{32}\.id|access\.key|devices\.txt|https\.pem)$/u;

/** What lies in staging of uploads under way; empty when there is no staging folder. */
export async function listStaging(folder: string): Promise<readonly StagedFile[]> {
  const staging = join(folder, STAGING_NAME);
  const names = await readdir(staging).catch(ignoreMissing);
  const files = await Promise.all(
    (names ?? []).filter((name) => !OF_THE_FOLDER.test(name)).map(async (name) => {
      const found = await stat(join(staging, name)).catch(ignoreMissing);
      return found === undefined ? [] : [{ name, sizeBytes: found.size, mode: found.mode & 0o777 }];
    }),
  );
  return files.flat();
}

/** Permission bits. */
export async function modeOf(path: string): Promise<number> {
  return (await lstat(path)).mode & 0o777;
}

/** How many files, sockets and pipes a process has open; this process without a pid. */
export async function countOpenFiles(pid: number | 'self' = 'self'): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

/** Resident memory of a process, in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) * 1024;
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function walk(root: string, folder: string, found: Map<string, string>): Promise<void> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(ignoreMissing)) ?? [];
  if (entries.length === 0 && folder !== root) found.set(relative(root, folder), 'folder');
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name === STAGING_NAME) continue;
    if (entry.isDirectory()) await walk(root, path, found);
    else if (entry.isSymbolicLink()) found.set(relative(root, path), `link:${await readlink(path)}`);
    else if (entry.isFile()) found.set(relative(root, path), await hashFile(path));
    else found.set(relative(root, path), 'special');
  }
}

/** A file may go between being listed and being looked at; any other error is real. */
function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
