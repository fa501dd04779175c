import type { UploadState } from '../../contracts/upload.ts';
import type { UploadFolder } from '../folder/upload-folder.ts';
import { newRecord, type Placed } from '../queue/new-record.ts';
import type { ResumableState } from './resumable-folder.ts';
import type { ResumableInfo } from './resumable-info.ts';

/** What of its folder a record needs. */
type Names = Pick<UploadFolder, 'mostNameBytes'>;

/** The record of an upload that begins in that folder, and where it will land. */
export function placed(info: ResumableInfo, { mostNameBytes }: Names): Placed {
  const { id, batch, sender, rawName, folder, size, createdAtMs } = info;
  return newRecord({ id, batch, sender, rawName, announced: { id, name: rawName, folder, size } }, mostNameBytes, createdAtMs);
}

/** The record of an upload that stands there. */
export function recordOf({ folder, state: { info, offset } }: { readonly folder: Names; readonly state: Pick<ResumableState, 'info' | 'offset'> }, state: UploadState): Placed['record'] {
  return { ...placed(info, folder).record, received: offset, state };
}
