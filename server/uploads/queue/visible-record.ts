import type { UploadRecord } from '../../contracts/upload.ts';
import { Failure } from '../../failure.ts';

/** A record, if that sender may see it. @param senderId undefined sees all @throws Failure UPLOAD_NOT_FOUND, also for somebody else's */
export function visibleRecord(record: UploadRecord | undefined, senderId: string | undefined): UploadRecord {
  if (record === undefined || (senderId !== undefined && record.sender.id !== senderId)) throw new Failure('UPLOAD_NOT_FOUND');
  return record;
}
