import { STAGING_NAME } from '../folder/prepare-folder.ts';
import type { UploadFolder } from '../folder/upload-folder.ts';
import type { Queue } from '../queue/queue.ts';
import { createFolderQuota } from './folder-quota.ts';
import { isOpen, openBytes, openUploads } from './open-bytes.ts';
import { Space } from './space.ts';

interface SpaceNeeds {
  /** What is promised, and what has arrived. */
  readonly queue: Queue;
  /** Upload folder, as it is at the moment. */
  readonly folder: () => UploadFolder;
  /** Bytes that must stay free on the disk. */
  readonly reserveBytes: number;
  /** Most bytes that the upload folder may hold; null when the disk is the limit. */
  readonly quotaBytes: number | null;
}

/** The room of an upload folder, given to what stands in a queue. The caller stops it. */
export function createSpace({ queue, folder, reserveBytes, quotaBytes }: SpaceNeeds): Space {
  return new Space({
    freeBytes: () => folder().freeBytes(),
    reserveBytes,
    quota: quotaBytes === null ? null : (storedBytes) => createFolderQuota({ quotaBytes, folder: () => folder().path, except: STAGING_NAME, storedBytes }),
    open: () => openBytes(queue),
    openUploads: () => openUploads(queue),
    isKnown: (id) => {
      const record = queue.get(id);
      return record !== undefined && (isOpen(record) || record.state === 'stored');
    },
    storedBytes: () => queue.storedBytes(),
    neighbours: () => folder().neighbours,
  });
}
