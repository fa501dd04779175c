import type { UploadState } from '../../contracts/upload.ts';
import { newRecord, type Placed } from '../queue/new-record.ts';
import type { ResumableState } from './resumable-folder.ts';
import type { ResumableInfo } from './resumable-info.ts';

/** The record of an upload that begins, and where it will land. */
export function placed(info: ResumableInfo): Placed {
  const { id, batch, sender, rawName, folder, size, createdAtMs } = info;
  return newRecord({ id, batch, sender, rawName, announced: { id, name: rawName, folder, size } }, createdAtMs);
}

/** The record of an upload that stands there. */
export function recordOf({ info, offset }: Pick<ResumableState, 'info' | 'offset'>, state: UploadState): Placed['record'] {
  return { ...placed(info).record, received: offset, state };
}
