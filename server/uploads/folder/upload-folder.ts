import { chmod, lstat, mkdir, realpath, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, systemErrorCode } from '../../failure.ts';
import { createPrivateFiles, type PrivateFiles } from './private-files.ts';
import { clearNowOrLater } from './clear-later.ts';
import { diskFailure } from './disk-failure.ts';
import { openDurableFolder, syncFolder, type DurableFolder } from './durable-folder.ts';
import { moveToFreeName, pickFreeName, takeBack } from '../naming/final-name.ts';
import { joinNeighbours, type Neighbours } from '../space/neighbours.ts';
import { fileSystemLimit } from '../space/file-system-limit.ts';
import { markFolder, type FolderMarker } from './folder-marker.ts';
import type { FileLine } from '../history/log-line.ts';
import { createUploadHistory, type StoredBefore, type UploadHistory } from '../history/upload-history.ts';
import { createGroups } from './in-groups.ts';
import { createRulePlacer, type Placing, type PublishRule } from '../naming/place-by-rule.ts';
import { createResumableFolder, type ResumableFolder } from '../resumable/resumable-folder.ts';
import { findKnownContent, type KnownContent, type ToldContent } from '../naming/known-content.ts';
import type { Placement } from '../naming/placement.ts';
import { clearReservations } from '../naming/reserve-name.ts';
import { foldedName } from '../naming/safe-name.ts';
import { holdsSameBytes } from '../naming/same-content.ts';
import { createStagedFile, type StagedFile } from './staged-file.ts';
import { sweepStaging } from './staged-name.ts';
import type { StoredRecord } from '../queue/stored-record.ts';
import { TakenNames } from '../naming/taken-names.ts';
import { unlinkIfThere } from './unlink-if-there.ts';

/** Hidden folder inside the upload folder, so that both are on one volume. */
export const STAGING_NAME = '.slipway-staging';

export interface PublishedFile {
  /** Path relative to the upload folder, with `/`. */
  readonly path: string;
  readonly name: string;
  /** Where it is on this machine. */
  readonly absolutePath: string;
  /** It is not ours: one of its name was there and holds the same bytes, so that ours was not needed. */
  readonly wasThere?: true;
  /** It took the place of one that was there. */
  readonly replaced?: true;
}

/** Where finished files land. The only door to that folder. */
export interface UploadFolder {
  readonly path: string;
  /** The unfinished uploads that can be resumed. */
  readonly resumables: ResumableFolder;
  /** Other servers that use it. */
  readonly neighbours: Neighbours;
  /** Bytes that one file may have on this disk; null when that is no limit. */
  readonly maxFileBytes: number | null;
  /** False while it is gone, or something else is in its place. */
  isThere(): Promise<boolean>;
  /** @throws Failure STORAGE_UNAVAILABLE, INSUFFICIENT_STORAGE, STORAGE_IO_ERROR */
  stage(): Promise<StagedFile>;
  /**
   * Gives a sealed file its final name and makes that durable.
   * @param folders cleaned components below the upload folder; missing ones are made
   * @param name cleaned name; another is taken when this one exists
   * @param toRecord what the record will say once it has that name: noted first, so that the upload is known to be stored also after
   *   a crash
   * @param rule what becomes of it when one of its name is there
   */
  publish(staged: Pick<StagedFile, 'path'>, folders: readonly string[], name: string, toRecord: ToRecord, rule: PublishRule): Promise<PublishedFile>;
  /**
   * Whether a file that was published here, under this name or a numbered form of it, is known to hold what a sender is about to send.
   * Refresh the history first: what it says counts.
   */
  knownContent(placement: Pick<Placement, 'folders' | 'name'>, told: ToldContent): Promise<KnownFile>;
  /** What was published here in the last `keepMs`, also by earlier runs, and is still there. */
  storedBefore(keepMs: number): Promise<StoredBefore>;
  /** What was published here, also by earlier runs. */
  readonly history: Omit<UploadHistory, 'note' | 'confirm' | 'restore'>;
  /** What all processes on this folder share, and nobody else can read. */
  readonly secrets: PrivateFiles;
  /** Bytes that may still be written, or null when the system does not say. @throws Failure STORAGE_UNAVAILABLE */
  freeBytes(): Promise<number | null>;
}

/** As KnownContent says it, with the whole place. */
export type KnownFile = Exclude<KnownContent, { kind: 'here' }> | { readonly kind: 'here'; readonly file: PublishedFile };

/** Mode of a published file: what the system gives to any new file of this user. */
export const PUBLISHED_MODE = 0o666 & ~process.umask();

type ToRecord = (file: Omit<PublishedFile, 'absolutePath'>) => StoredRecord;

interface ToPublish {
  readonly staged: string;
  readonly folders: readonly string[];
  readonly name: string;
  readonly toRecord: ToRecord;
  readonly rule: PublishRule;
  /** Identities of files of its name that hold other bytes. */
  readonly different: ReadonlySet<string>;
}

/**
 * Opens the upload folder, making it and its staging when missing, proves that it can be written to, and clears what an
 * earlier run left behind.
 * @throws Failure CONFIG_DEST_NOT_WRITABLE, CONFIG_STAGING_CROSS_DEVICE
 */
export async function openUploadFolder(wanted: string): Promise<UploadFolder> {
  try {
    // Not recursive: a whole path that is missing is a typing error, or a disk that is not there.
    await mkdir(wanted).catch(ignoreExisting);
    const path = await realpath(wanted);
    const staging = join(path, STAGING_NAME);
    await makePrivateFolder(staging);
    await requireSameDevice(path, staging);
    await (await createStagedFile(staging)).discard();
    // In this order: what waits in staging tells whose an empty file is.
    await clearReservations(staging);
    await sweepStaging(staging);
    return createUploadFolder({ path, staging, marker: await markFolder(path, staging), neighbours: await joinNeighbours(staging), maxFileBytes: await fileSystemLimit(path) });
  } catch (error) {
    throw error instanceof Failure ? error : new Failure('CONFIG_DEST_NOT_WRITABLE', { cause: error });
  }
}

interface OpenedFolder {
  readonly path: string;
  readonly staging: string;
  readonly marker: FolderMarker;
  readonly neighbours: Neighbours;
  readonly maxFileBytes: number | null;
}

function createUploadFolder({ path, staging, marker, neighbours, maxFileBytes }: OpenedFolder): UploadFolder {
  const taken = new TakenNames();
  const history = createUploadHistory(staging, path);

  const resumables = createResumableFolder(staging);
  const byRule = createRulePlacer({
    async batchOf(inode) {
      await history.refresh();
      return history.withInode(inode)?.record.batch;
    },
    lockOf: (placeFolder, batch) => resumables.lockOf(`replace ${batch} ${placeFolder}`),
  });

  /** Another disk mounted in this place, or none: nothing is made on the wrong one. */
  const requireThere = async (): Promise<void> => {
    if (!(await marker.isThere())) throw new Failure('STORAGE_UNAVAILABLE');
  };
  const fileAt = (folders: readonly string[], name: string): PublishedFile => ({ path: [...folders, name].join('/'), name, absolutePath: join(path, ...folders, name) });
  const lineOf = async ({ staged, folders, toRecord }: ToPublish, name: string, replaced?: true): Promise<FileLine> => {
    const { ino, mtimeNs } = await stat(staged, { bigint: true });
    return { kind: 'file', record: toRecord({ ...fileAt(folders, name), ...(replaced && { replaced }) }), inode: String(ino), modifiedNs: String(mtimeNs) };
  };
  // Files that come to one folder at the same time share the looks at it and the fsync that makes their names durable.
  const publish = createGroups(async (files: readonly ToPublish[]) => {
    await requireThere();
    const folders = files[0]?.folders ?? [];
    const durable = await openDurableFolder(path, folders);
    try {
      return await giveNames(files, join(path, ...folders), durable);
    } finally {
      await durable.close();
    }
  });

  async function giveNames(files: readonly ToPublish[], folder: string, durable: DurableFolder): Promise<readonly PromiseSettledResult<Placing>[]> {
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
      turn = placing.catch(() => undefined);
      return placing;
    }));
    const placed = moved.map((outcome) => (outcome.status === 'fulfilled' && outcome.value.kind === 'placed' ? outcome.value : null));
    try {
      await taken.noteChange(folder, at);
      await durable.sync();
    } catch (error) {
      // Told that they failed, their senders would send them again: a name that is not durable is given back.
      await Promise.all(files.map(async ({ staged }, index) => {
        const [place, line] = [placed[index], lines[index]];
        if (place && line && !place.isReplacement && (await takeBack({ final: join(at, place.name), staged, inode: line.inode }))) names.delete(foldedName(place.name));
      }));
      throw error;
    }
    history.confirm(lines.filter((line, index): line is FileLine => line !== null && placed[index] !== null));
    return moved;
  }

  const publishOne = async (file: Omit<ToPublish, 'different'>): Promise<PublishedFile> => {
    const { staged, folders } = file;
    const different = new Set<string>();
    for (;;) {
      const placing = await publish(folders.join('/'), { ...file, different });
      if (placing.kind === 'placed') return { ...fileAt(folders, placing.name), ...(placing.isReplacement ? { replaced: true } : {}) };
      const folder = join(path, ...folders);
      for (const seen of placing.with) {
        if (await holdsSameBytes(staged, folder, seen)) {
          await syncFolder(folder);
          await clearNowOrLater(() => unlinkIfThere(staged));
          return { ...fileAt(folders, seen.name), wasThere: true };
        }
        different.add(seen.identity);
      }
    }
  };

  return {
    path,
    maxFileBytes,
    neighbours,
    isThere: marker.isThere,
    resumables,
    async stage() {
      try {
        // Before it gets a name, it is looked at anew.
        if (!(await marker.wasThere())) throw new Failure('STORAGE_UNAVAILABLE');
        return await createStagedFile(staging);
      } catch (error) {
        throw diskFailure(error);
      }
    },
    async publish({ path: staged }, folders, name, toRecord, rule) {
      try {
        return await publishOne({ staged, folders, name, toRecord, rule });
      } catch (error) {
        throw diskFailure(error);
      }
    },
    secrets: createPrivateFiles(staging),
    history,
    async knownContent({ folders, name }, told) {
      const pathOf = (found: string): string => fileAt(folders, found).path;
      const known = await findKnownContent({ folder: join(path, ...folders), pathOf, wanted: name, noted: history.withInode }, told);
      return known.kind === 'here' ? { kind: 'here', file: { ...fileAt(folders, known.name), wasThere: true } } : known;
    },
    storedBefore: (keepMs) => history.restore(keepMs),
    async freeBytes() {
      await requireThere();
      try {
        const { bavail, bsize } = await statfs(path);
        return bavail * bsize;
      } catch {
        // Some network and FUSE file systems do not answer; the write itself will tell.
        return null;
      }
    },
  };
}

function ignoreExisting(error: unknown): void {
  if (systemErrorCode(error) !== 'EEXIST') throw error;
}

async function makePrivateFolder(staging: string): Promise<void> {
  await mkdir(staging, { mode: 0o700 }).catch(ignoreExisting);
  if (!(await lstat(staging)).isDirectory()) throw new Failure('CONFIG_DEST_NOT_WRITABLE');
  await chmod(staging, 0o700);
}

/** A file gets its name by a link, which cannot lead to another disk. */
async function requireSameDevice(path: string, staging: string): Promise<void> {
  if ((await stat(path)).dev !== (await stat(staging)).dev) throw new Failure('CONFIG_STAGING_CROSS_DEVICE');
}
