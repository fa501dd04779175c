import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { FailureReport } from '../../../server/contracts/failure.ts';

export interface FoundFile {
  readonly kind: 'file';
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  /** Relative to what was dropped, with `/`, without the name; '' for a file that was itself dropped. */
  readonly folder: string;
  readonly size: number;
  readonly modifiedAtMs: number;
}

export interface SkippedEntry {
  readonly kind: 'skipped';
  /** For people: relative to what was dropped. */
  readonly name: string;
  readonly failure: FailureReport;
}

export type Found = FoundFile | SkippedEntry;

/** Entries of one folder that are looked at together; keeps the number of calls in flight small. */
const AT_ONCE = 64;

/**
 * Finds the files in what a person dropped or picked: folders are walked, in order of name, and each find is handed on at once,
 * so that a large folder starts to move before it is known. Links are never followed: what they point to was not dropped.
 * @param except a folder that is not walked into: the upload folder, or sending it would never end
 */
export async function* walkFiles(roots: readonly string[], except: string): AsyncGenerator<Found> {
  for (const root of roots) yield* walk(path.dirname(root), [path.basename(root)], '', path.resolve(except));
}

async function* walk(parent: string, names: readonly string[], folder: string, except: string): AsyncGenerator<Found> {
  for (let first = 0; first < names.length; first += AT_ONCE) {
    const entries = await Promise.all(names.slice(first, first + AT_ONCE).map((name) => look(parent, name, folder)));
    for (const entry of entries) {
      if (entry.kind !== 'folder') yield entry;
      else if (entry.path === except) yield skipped(entry.relative, 'This is the upload folder. What is in it is already here.');
      else yield* walkFolder(entry, except);
    }
  }
}

interface FolderEntry {
  readonly kind: 'folder';
  readonly path: string;
  readonly relative: string;
}

async function* walkFolder(folder: FolderEntry, except: string): AsyncGenerator<Found> {
  const names = await listFolder(folder.path);
  if (names === null) yield skipped(folder.relative, 'The folder could not be read. Nothing of it was sent.');
  else yield* walk(folder.path, names, folder.relative, except);
}

/** As people count: "photo 2" before "photo 10". */
const byName = new Intl.Collator('en', { numeric: true }).compare;

async function listFolder(folder: string): Promise<readonly string[] | null> {
  try {
    return (await readdir(folder)).sort(byName);
  } catch {
    // Whatever the system's reason, the person is told that this folder is missing.
    return null;
  }
}

async function look(parent: string, name: string, folder: string): Promise<Found | FolderEntry> {
  const full = path.join(parent, name);
  const relative = folder === '' ? name : `${folder}/${name}`;
  const stats = await statIfReadable(full);
  if (stats === null) return skipped(relative, 'The file could not be read. It was not sent.');
  if (stats.isDirectory()) return { kind: 'folder', path: full, relative };
  if (stats.isSymbolicLink()) return skipped(relative, 'This is a link to something else. It was not sent.');
  if (!stats.isFile()) return skipped(relative, 'This is not an ordinary file. It was not sent.');
  return { kind: 'file', path: full, name, folder, size: stats.size, modifiedAtMs: stats.mtimeMs };
}

async function statIfReadable(full: string): Promise<Stats | null> {
  try {
    const stats = await lstat(full);
    if (stats.isFile()) await access(full, constants.R_OK);
    return stats;
  } catch {
    // Gone, or not ours to read: the caller says so by name.
    return null;
  }
}

function skipped(name: string, message: string): SkippedEntry {
  return { kind: 'skipped', name, failure: { code: 'FILE_UNREADABLE', message, retryable: true } };
}
