import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import QuickLRU from 'quick-lru';
import type { DuplicatePolicy } from '../../contracts/duplicates.ts';
import { systemErrorCode } from '../../failure.ts';
import { moveIfFree, pickFreeName } from './final-name.ts';
import { foldedName, numberedName } from './safe-name.ts';
import { seeFile, type SeenFile } from './same-content.ts';

/** Most files `photo (n).jpg` that are looked at for the same bytes. */
const MOST_LOOKED_AT = 200;

/** Files of which it is remembered with which batch they came. */
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
  /** By its name, under which it is remembered. */
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
  /** Files that came with a batch in an earlier run. @param path absolute */
  remember(path: string, batch: string): void;
}

export function createRulePlacer(): RulePlacer {
  // On a phone all photos of a batch may have one name. They must not replace each other.
  const batches = new QuickLRU<string, string>({ maxSize: MOST_REMEMBERED });

  const replace = async ({ staged, wanted, rule }: RuledFile, { folder, at, names, next }: Place): Promise<Placing | null> => {
    const old = await theOne(at, wanted, names);
    if (old === null || batches.get(join(folder, old.name)) === rule.batch) return null;
    await next(old.name, true);
    try {
      // Whoever opens the name gets the old file or the new one, never a mixture (rename(2)).
      await rename(staged, join(at, old.name));
    } catch (error) {
      if (NOT_REPLACEABLE.has(systemErrorCode(error) ?? '')) return null;
      throw error;
    }
    return { kind: 'placed', name: old.name, isReplacement: true };
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
      for (;;) {
        const placing = (await lookFirst(file, place)) ?? (await takeFreeName(file, place));
        if (placing?.kind === 'placed') batches.set(join(place.folder, placing.name), file.rule.batch);
        // Null: another process was faster, and may have put the same bytes there.
        if (placing !== null) return placing;
      }
    },
    remember: (path, batch) => void batches.set(path, batch),
  };
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
