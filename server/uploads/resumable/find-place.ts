import { Failure } from '../../failure.ts';
import { diskFailure } from '../folder/disk-failure.ts';
import type { UploadFolder } from '../folder/upload-folder.ts';
import type { ResumableState } from './resumable-folder.ts';
import type { HeldLock } from './upload-lock.ts';

/** Where there is a trace of an upload. */
export interface Place {
  readonly folder: UploadFolder;
  /** Null when it is torn, or just being made or removed. */
  readonly state: ResumableState | null;
}

/** An upload that can go on, and the right to change it. */
export interface Found extends Place {
  readonly state: ResumableState;
  readonly lock: HeldLock;
}

/** Looks for an upload in all folders that were used. @throws Failure those of the disk */
export async function findPlace(folders: Iterable<UploadFolder>, id: string): Promise<Place | undefined> {
  for (const folder of folders) {
    const state = await folder.resumables.find(id).catch((error: unknown) => Promise.reject(diskFailure(error)));
    if (state !== undefined) return { folder, state };
  }
  return undefined;
}

/** True when one of them is gone at the moment: what is not found may be there. */
export async function isAnyAway(folders: Iterable<UploadFolder>): Promise<boolean> {
  return (await Promise.all([...folders].map((folder) => folder.isThere()))).includes(false);
}

/** True when an upload was looked for and is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Failure && error.code === 'UPLOAD_NOT_FOUND';
}
