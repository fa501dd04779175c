import type { UploadRecord } from '../contracts/upload.ts';
import type { CheckedDigest } from './hash/check-digest.ts';

/** What the record of an upload says once its file has this name. */
export function storedRecord(record: UploadRecord, file: Pick<UploadRecord, 'name' | 'path'>, { digest, isTold }: CheckedDigest): UploadRecord {
  const { name, path } = file;
  const now = Date.now();
  const renamed = name !== record.name && record.originalName === undefined ? { originalName: record.name } : {};
  const verified = isTold ? { verified: true as const } : {};
  return { ...record, ...renamed, name, path, size: record.received, state: 'stored', digest, ...verified, storedAtMs: now, changedAtMs: now };
}
