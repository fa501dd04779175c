import type { UploadRecord } from '../contracts/upload.ts';
import type { CheckedDigest } from './hash/check-digest.ts';
import type { PublishedFile } from './upload-folder.ts';

/** What the record of an upload says once its file has this name. */
export function storedRecord(record: UploadRecord, file: Omit<PublishedFile, 'absolutePath'>, { digest, isTold }: CheckedDigest): UploadRecord {
  const { name, path, wasThere, replaced } = file;
  const now = Date.now();
  const renamed = name !== record.name && record.originalName === undefined ? { originalName: record.name } : {};
  const clash = { ...(wasThere && { wasThere }), ...(replaced && { replaced }) };
  const verified = isTold ? { verified: true as const } : {};
  return { ...record, ...renamed, ...clash, name, path, size: record.received, state: 'stored', digest, ...verified, storedAtMs: now, changedAtMs: now };
}
