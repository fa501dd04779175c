import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import QuickLRU from 'quick-lru';
import type { DuplicatePolicy } from '../../contracts/duplicates.ts';
import { Failure, systemErrorCode } from '../../failure.ts';
import { lockUpload, type HeldLock } from '../resumable/upload-lock.ts';
import { moveIfFree, pickFreeName } from './final-name.ts';
import { foldedName, numberedName } from './safe-name.ts';
import { MOST_LOOKED_AT, seeFile, type SeenFile } from './same-content.ts';

/** Files of which it is remembered with which batch they came, should the log not say so. */
const MOST_REMEMBERED = 20_000;

/** The file that is there cannot be replaced now: it became a folder, is open in another program (Windows), or must not be changed. */
const NOT_REPLACEABLE: ReadonlySet<string> = new Set(['EISDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES', 'EBUSY']);

/** What its sender or the owner wants when its name exists. */
export interface PublishRule {
  readonly policy: DuplicatePolicy;
  readonly batch: string;
}

export interface RuledFile {
  /** Path of the complete, durable file. */
  readonly staged: string;
  readonly wanted: string;
  readonly rule: PublishRule;
  /** Identities of files that were found to hold other bytes. */
  readonly different: ReadonlySet<string>;
}

export type Placing =
  | { readonly kind: 'placed'; readonly name: string; readonly isReplacement: boolean }
  /** Nothing has happened yet: these may hold the same bytes, and to read them takes time that others should not wait. */
  | { readonly kind: 'compare'; readonly with: readonly SeenFile[] };

interface Place {
  /** By its name. */
  readonly folder: string;
  /** Leads to that folder now. */
  readonly at: string;
  /** Folded names that are taken there. */
  readonly names: Set<string>;
  /** Told of a name before the file gets it. */
  readonly next: (name: string, replaced?: true) => Promise<void>;
}

/** Gives files their names by the rule that each came with. One after the other in a folder, so that each sees what is there. */
export interface RulePlacer {
  /** @throws system errors; then the staged file is still in staging */
  place(file: RuledFile, place: Place): Promise<Placing>;
}

/** What all processes that share the folder know. */
interface SharedNotes {
  /** With which batch the file of this inode came; undefined for one that nobody noted. @throws system errors */
  readonly batchOf: (inode: string) => Promise<string | undefined>;
  /** Path of a lock file for whoever is about to replace something. */
  readonly lockOf: (folder: string, batch: string) => string;
}

export function createRulePlacer({ batchOf, lockOf }: SharedNotes): RulePlacer {
  // On a phone all photos of a batch may have one name. They must not replace each other, whichever process takes them in. By inode,
  // which a file keeps whatever name it gets.
  const batches = new QuickLRU<string, string>({ maxSize: MOST_REMEMBERED });

  const replace = async ({ staged, wanted, rule }: RuledFile, { folder, at, names, next }: Place): Promise<Placing | null> => {
    const findOld = async (): Promise<SeenFile | null> => {
      const old = await theOne(at, wanted, names);
      return old === null || (batches.get(old.inode) ?? (await batchOf(old.inode))) === rule.batch ? null : old;
    };
    if ((await findOld()) === null) return null;
    const lock = await lockUnlessBusy(lockOf(folder, rule.batch));
    if (lock === null) return null;
    try {
      // Again: another process may just have put a file of this batch there.
      const old = await findOld();
      if (old === null) return null;
      await next(old.name, true);
      // Whoever opens the name gets the old file or the new one, never a mixture (rename(2)).
      await rename(staged, join(at, old.name));
      return { kind: 'placed', name: old.name, isReplacement: true };
    } catch (error) {
      if (NOT_REPLACEABLE.has(systemErrorCode(error) ?? '')) return null;
      throw error;
    } finally {
      await lock.release();
    }
  };

  const lookFirst = async (file: RuledFile, place: Place): Promise<Placing | null> => {
    switch (file.rule.policy) {
      case 'keep-both':
        return null;
      case 'skip-same': {
        const unknown = await toCompare(file, place);
        return unknown.length > 0 ? { kind: 'compare', with: unknown } : null;
      }
      case 'replace':
        return replace(file, place);
      default:
        return file.rule.policy satisfies never;
    }
  };

  return {
    async place(file, place) {
      const inode = file.rule.policy === 'replace' ? await inodeOf(file.staged) : null;
      for (;;) {
        const placing = (await lookFirst(file, place)) ?? (await takeFreeName(file, place));
        if (placing?.kind === 'placed' && inode !== null) batches.set(inode, file.rule.batch);
        // Null: another process was faster, and may have put the same bytes there.
        if (placing !== null) return placing;
      }
    },
  };
}

/** Null when others have it for long: then both files are kept, and nothing is lost. */
async function lockUnlessBusy(path: string): Promise<HeldLock | null> {
  return lockUpload(path).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'UPLOAD_LOCKED') return null;
    throw error;
  });
}

async function inodeOf(path: string): Promise<string> {
  return String((await stat(path, { bigint: true })).ino);
}

async function takeFreeName({ staged, wanted }: RuledFile, { at, names, next }: Place): Promise<Placing | null> {
  const name = pickFreeName(wanted, names);
  try {
    await next(name);
    return (await moveIfFree(staged, join(at, name))) ? { kind: 'placed', name, isReplacement: false } : null;
  } catch (error) {
    names.delete(foldedName(name));
    throw error;
  }
}

/** The regular file that has this name, or the only one whose name would be the same on another file system. */
async function theOne(folder: string, wanted: string, names: ReadonlySet<string>): Promise<SeenFile | null> {
  if (!names.has(foldedName(wanted))) return null;
  const [first, ...others] = await entriesOf(folder, [wanted]);
  return first === undefined || others.length > 0 ? null : seeFile(folder, first);
}

/** Files of this name and of its numbered forms that are as large, and of which it is not known yet that they hold other bytes. */
async function toCompare({ staged, wanted, different }: RuledFile, { at, names }: Place): Promise<readonly SeenFile[]> {
  const taken: string[] = [];
  for (let name = wanted; taken.length < MOST_LOOKED_AT && names.has(foldedName(name)); name = numberedName(wanted, taken.length)) taken.push(name);
  if (taken.length === 0) return [];
  const { size } = await stat(staged, { bigint: true });
  const seen = await Promise.all((await entriesOf(at, taken)).map((name) => seeFile(at, name)));
  return seen.filter((file) => file !== null).filter(({ bytes, identity }) => bytes === size && !different.has(identity));
}

/** Names as they stand in the folder; of one that is not there, those that some file system takes for the same. */
async function entriesOf(folder: string, wanted: readonly string[]): Promise<readonly string[]> {
  const seen = await Promise.all(wanted.map((name) => seeFile(folder, name)));
  const missing = new Set(wanted.filter((_name, index) => seen[index] === null).map(foldedName));
  const alike = missing.size === 0 ? [] : (await readdir(folder)).filter((name) => missing.has(foldedName(name)));
  return [...seen.flatMap((file) => file?.name ?? []), ...alike];
}
