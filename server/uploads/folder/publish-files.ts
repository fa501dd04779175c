import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import QuickLRU from 'quick-lru';
import { systemErrorCode } from '../../failure.ts';
import type { FileLine } from '../history/log-line.ts';
import type { UploadHistory } from '../history/upload-history.ts';
import { withCopyAcross } from '../naming/copy-across.ts';
import { isNamed, moveToFreeName, pickFreeName, takeBack } from '../naming/final-name.ts';
import { createRulePlacer, type Placing, type PublishRule } from '../naming/place-by-rule.ts';
import { foldedName } from '../naming/safe-name.ts';
import { holdsSameBytes } from '../naming/same-content.ts';
import { TakenNames } from '../naming/taken-names.ts';
import type { StoredRecord } from '../queue/stored-record.ts';
import { clearNowOrLater } from './clear-later.ts';
import { openDurableFolder, syncFolder, type DurableFolder } from './durable-folder.ts';
import { createGroups } from './in-groups.ts';
import type { PublishedFile } from './published-file.ts';
import { unlinkIfThere } from './unlink-if-there.ts';

/** A sealed file and what is wanted of it. */
export interface FileToPublish {
  /** Path of the complete, durable file. */
  readonly staged: string;
  /** Cleaned components below the upload folder; missing ones are made. */
  readonly folders: readonly string[];
  /** Cleaned name; another is taken when this one exists. */
  readonly name: string;
  /** What the record will say once it has that name: noted first, so that the upload is known to be stored also after a crash. */
  readonly toRecord: (file: Omit<PublishedFile, 'absolutePath'>) => StoredRecord;
  /** What becomes of it when one of its name is there. */
  readonly rule: PublishRule;
  /** When it cannot be published, it stays in staging, and its upload can go on. */
  readonly canGoOn: boolean;
  /** Another device sent it. */
  readonly isForeign: boolean;
}

/** More are found at the next start. */
const MOST_DOUBTFUL = 1000;

interface Turn extends FileToPublish {
  /** Identities of files of its name that hold other bytes. */
  readonly different: ReadonlySet<string>;
}

/** A file that has a name which nobody was told of. */
interface NamedFile {
  /** Absolute. */
  readonly final: string;
  readonly staged: string;
  readonly inode: string;
  readonly canGoOn: boolean;
}

interface PublishOptions {
  /** Absolute path of the upload folder. */
  readonly path: string;
  readonly history: UploadHistory;
  /** Path of a lock file for a job on this folder that several processes must not do at once. */
  readonly lockOf: (job: string) => string;
  /** @throws Failure STORAGE_UNAVAILABLE when another disk is mounted in this place, or none: nothing is made on the wrong one */
  readonly requireThere: () => Promise<void>;
  /** Whether other processes use the folder as well. */
  readonly hasNeighbours: () => Promise<boolean>;
}

/** Gives sealed files their final names below the upload folder and makes those durable. @throws Failure; system errors */
export type PublishFile = (file: FileToPublish) => Promise<PublishedFile>;

export interface Publishing {
  readonly publish: PublishFile;
  /**
   * Gives back the name of an upload that has one and was said to have failed, because neither could be done when the disk became
   * read-only right then. Whoever sends it again calls this first, and there are not two of it.
   * @returns false when it still cannot be given back
   */
  settle(id: string): Promise<boolean>;
}

export function createPublishing({ path, history, lockOf, requireThere, hasNeighbours }: PublishOptions): Publishing {
  const taken = new TakenNames();
  /** By the ids of their uploads: names that were neither made durable nor given back. */
  const doubtful = new QuickLRU<string, NamedFile>({ maxSize: MOST_DOUBTFUL });
  const byRule = createRulePlacer({
    async batchOf(inode) {
      await history.refresh();
      return history.withInode(inode)?.record.batch;
    },
    lockOf: (placeFolder, batch) => lockOf(`replace ${batch} ${placeFolder}`),
  });

  // Files that come to one folder at the same time share the looks at it and the fsync that makes their names durable.
  const inTurn = createGroups(async (files: readonly Turn[]) => {
    await requireThere();
    const folders = files[0]?.folders ?? [];
    const durable = await openDurableFolder(path, folders);
    try {
      return await giveNames(files, join(path, ...folders), durable);
    } finally {
      await durable.close();
    }
  });

  async function giveNames(files: readonly Turn[], folder: string, durable: DurableFolder): Promise<readonly PromiseSettledResult<Placing>[]> {
    const at = durable.path;
    const names = await taken.open(folder, at);
    const picked = files.map((file) => ({ file, first: file.rule.policy === 'keep-both' ? pickFreeName(file.name, names) : null }));
    /** What was noted last of each file. */
    const lines = await Promise.all(picked.map(async ({ file, first }) => (first === null ? null : lineOf(file, first))));
    await history.note(lines.filter((line) => line !== null));
    let turn: Promise<unknown> = Promise.resolve();
    const moved = await Promise.allSettled(picked.map(({ file, first }, index): Promise<Placing> => {
      const { staged, name: wanted, rule, different } = file;
      const next = async (name: string, replaced?: true): Promise<void> => {
        const line = await lineOf(file, name, replaced);
        lines[index] = line;
        await history.note([line]);
      };
      if (first !== null) return moveToFreeName(staged, at, { first, wanted, names, next }).then((name) => ({ kind: 'placed', name, isReplacement: false }));
      const placing = turn.then(() => byRule.place({ staged, wanted, rule, different }, { folder, at, names, next }));
      // It is told of below, with all the others; the next one only waits its turn.
      turn = placing.catch(() => undefined);
      return placing;
    }));
    const placed = moved.map((outcome) => (outcome.status === 'fulfilled' && outcome.value.kind === 'placed' ? outcome.value : null));
    try {
      await taken.noteChange(folder, at);
      await durable.sync();
    } catch (error) {
      // Told that they failed, their senders would send them again: a name that is not durable is given back.
      await Promise.all(files.map(async ({ staged, canGoOn }, index) => {
        const [place, line] = [placed[index], lines[index]];
        if (!place || !line || place.isReplacement) return;
        if (await takeBack({ final: join(at, place.name), staged, inode: line.inode })) names.delete(foldedName(place.name));
        else doubtful.set(line.record.id, { final: join(folder, place.name), staged, inode: line.inode, canGoOn });
      }));
      throw error;
    }
    history.confirm(lines.filter((line, index): line is FileLine => line !== null && placed[index] !== null));
    // Before anybody is told, because whoever is told may ask another process for it next.
    if (await hasNeighbours()) await history.flush();
    return moved;
  }

  async function publishAcross(file: FileToPublish): Promise<PublishedFile> {
    const durable = await openDurableFolder(path, file.folders);
    try {
      const published = await withCopyAcross({ ...file, durable }, (copy) => publishFrom({ ...file, staged: copy, canGoOn: false }));
      await clearNowOrLater(() => unlinkIfThere(file.staged));
      return published;
    } finally {
      await durable.close();
    }
  }

  async function publishFrom(file: FileToPublish): Promise<PublishedFile> {
    const { staged, folders } = file;
    const published = (name: string): PublishedFile => placeBelow(path, folders, name);
    const different = new Set<string>();
    for (;;) {
      const placing = await inTurn(folders.join('/'), { ...file, different });
      if (placing.kind === 'placed') return { ...published(placing.name), ...(placing.isReplacement ? { replaced: true } : {}) };
      const folder = join(path, ...folders);
      for (const seen of placing.with) {
        if (await holdsSameBytes(staged, folder, seen)) {
          await syncFolder(folder);
          await clearNowOrLater(() => unlinkIfThere(staged));
          return { ...published(seen.name), wasThere: true };
        }
        different.add(seen.identity);
      }
    }
  }

  return {
    publish: (file) => publishFrom(file).catch((error: unknown) => {
      if (systemErrorCode(error) !== 'EXDEV') throw error;
      return publishAcross(file);
    }),
    async settle(id) {
      const named = doubtful.get(id);
      if (named === undefined) return true;
      const isBack = await takeBack(named);
      // A person may have moved or removed it since.
      if (!isBack && (await isNamed(named).catch(() => true))) return false;
      doubtful.delete(id);
      if (isBack && !named.canGoOn) await clearNowOrLater(() => unlinkIfThere(named.staged));
      return true;
    },
  };
}

/** @param root absolute path of the upload folder */
export function placeBelow(root: string, folders: readonly string[], name: string): PublishedFile {
  return { path: [...folders, name].join('/'), name, absolutePath: join(root, ...folders, name) };
}

/** What is noted of a file before it gets that name. */
async function lineOf({ staged, folders, toRecord }: FileToPublish, name: string, replaced?: true): Promise<FileLine> {
  const { ino, mtimeNs } = await stat(staged, { bigint: true });
  const file = { path: [...folders, name].join('/'), name };
  return { kind: 'file', record: toRecord({ ...file, ...(replaced && { replaced }) }), inode: String(ino), modifiedNs: String(mtimeNs) };
}
