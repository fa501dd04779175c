import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import { createUploadHistory, type StoredBefore, type UploadHistory } from '../history/upload-history.ts';
import { findKnownContent, type KnownContent, type ToldContent } from '../naming/known-content.ts';
import type { Placement } from '../naming/placement.ts';
import type { StoredRecord } from '../queue/stored-record.ts';
import { createResumableFolder, type ResumableFolder } from '../resumable/resumable-folder.ts';
import { fileSystemLimit } from '../space/file-system-limit.ts';
import { joinNeighbours, type Neighbours } from '../space/neighbours.ts';
import { diskFailure } from './disk-failure.ts';
import { markFolder, type FolderMarker } from './folder-marker.ts';
import { createOriginMark, type OriginMark } from './origin-mark.ts';
import { prepareFolder, type PreparedFolder } from './prepare-folder.ts';
import { createPrivateFiles, type PrivateFiles } from './private-files.ts';
import { createPublishing, placeBelow, type PublishFile } from './publish-files.ts';
import type { PublishedFile } from './published-file.ts';
import { createStagedFile, type StagedFile } from './staged-file.ts';

/** Where finished files land. The only door to that folder. */
export interface UploadFolder {
  readonly path: string;
  /** The unfinished uploads that can be resumed. */
  readonly resumables: ResumableFolder;
  /** Other servers that use it. */
  readonly neighbours: Neighbours;
  /** Bytes that one file may have on this disk; null when that is no limit. */
  readonly maxFileBytes: number | null;
  /** Bytes that one name may have on it, which all that are longer are cut to. */
  readonly mostNameBytes: number;
  /** False while it is gone, or something else is in its place. */
  isThere(): Promise<boolean>;
  /** @throws Failure STORAGE_UNAVAILABLE, INSUFFICIENT_STORAGE, STORAGE_IO_ERROR */
  stage(): Promise<StagedFile>;
  /** Gives a sealed file its final name and makes that durable. @throws Failure those of the disk */
  readonly publish: PublishFile;
  /**
   * Whether a file that was published here, under this name or a numbered form of it, is known to hold what a sender is about to send.
   * Refresh the history first: what it says counts.
   */
  knownContent(placement: Pick<Placement, 'folders' | 'name'>, told: ToldContent): Promise<KnownFile>;
  /**
   * Which of these uploads are stored here, whichever process did it, and still there.
   * @param isLocked whoever asks has their locks: then what is only noted counts as well @throws system errors
   */
  storedUnder(ids: readonly string[], isLocked: boolean): Promise<readonly StoredRecord[]>;
  /** What was published here in the last `keepMs`, also by earlier runs, and is still there. */
  storedBefore(keepMs: number): Promise<StoredBefore>;
  /** What was published here, also by earlier runs. */
  readonly history: Omit<UploadHistory, 'note' | 'confirm' | 'restore' | 'find'>;
  /** What all processes on this folder share, and nobody else can read. */
  readonly secrets: PrivateFiles;
  /** Bytes that may still be written, or null when the system does not say. @throws Failure STORAGE_UNAVAILABLE */
  freeBytes(): Promise<number | null>;
}

/** As KnownContent says it, with the whole place. */
export type KnownFile = Exclude<KnownContent, { kind: 'here' }> | { readonly kind: 'here'; readonly file: PublishedFile };

/**
 * Opens the upload folder, making it and its staging when missing, proves that it can be written to, and clears what an
 * earlier run left behind.
 * @param markForeign marks what other devices sent
 * @throws Failure CONFIG_DEST_NOT_WRITABLE, CONFIG_STAGING_CROSS_DEVICE
 */
export async function openUploadFolder(wanted: string, markForeign: OriginMark = createOriginMark()): Promise<UploadFolder> {
  try {
    const prepared = await prepareFolder(wanted);
    const { path, staging } = prepared;
    return createUploadFolder({ ...prepared, markForeign, marker: await markFolder(path, staging), neighbours: await joinNeighbours(staging), maxFileBytes: await fileSystemLimit(path) });
  } catch (error) {
    throw error instanceof Failure ? error : new Failure('CONFIG_DEST_NOT_WRITABLE', { cause: error });
  }
}

interface OpenedFolder extends PreparedFolder {
  readonly markForeign: OriginMark;
  readonly marker: FolderMarker;
  readonly neighbours: Neighbours;
  readonly maxFileBytes: number | null;
}

function createUploadFolder({ path, staging, mostNameBytes, markForeign, marker, neighbours, maxFileBytes }: OpenedFolder): UploadFolder {
  const history = createUploadHistory(staging, path);
  const resumables = createResumableFolder(staging);
  const requireThere = async (): Promise<void> => {
    if (!(await marker.isThere())) throw new Failure('STORAGE_UNAVAILABLE');
  };
  const { publish, settle } = createPublishing({ path, history, lockOf: (job) => resumables.lockOf(job), requireThere, hasNeighbours: () => neighbours.areThere() });

  return {
    path,
    maxFileBytes,
    mostNameBytes,
    neighbours,
    isThere: marker.isThere,
    resumables,
    secrets: createPrivateFiles(staging),
    history,
    async stage() {
      try {
        // Before it gets a name, it is looked at anew.
        if (!(await marker.wasThere())) throw new Failure('STORAGE_UNAVAILABLE');
        return await createStagedFile(staging);
      } catch (error) {
        throw diskFailure(error);
      }
    },
    async publish(file) {
      // Before it has a name. Where the disk knows no such mark, or another program is in the way, the file is none the worse.
      if (file.isForeign) await markForeign(file.staged).catch(() => undefined);
      try {
        return await publish(file);
      } catch (error) {
        throw diskFailure(error);
      }
    },
    async knownContent({ folders, name }, told) {
      const pathOf = (found: string): string => placeBelow(path, folders, found).path;
      const known = await findKnownContent({ folder: join(path, ...folders), pathOf, wanted: name, noted: history.withInode }, told);
      return known.kind === 'here' ? { kind: 'here', file: { ...placeBelow(path, folders, known.name), wasThere: true } } : known;
    },
    async storedUnder(ids, isLocked) {
      const isSettled = await Promise.all(ids.map(settle));
      return history.find(ids.filter((_id, index) => isSettled[index]), isLocked);
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
