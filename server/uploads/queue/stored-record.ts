import type { UploadRecord } from '../../contracts/upload.ts';
import type { CheckedDigest } from '../hash/check-digest.ts';

/** The record of a file that is stored, or will be once it has its name. */
export interface StoredRecord extends UploadRecord {
  readonly size: number;
  readonly state: 'stored';
  readonly storedAtMs: number;
}

/** What the record of an upload says once its file has this name. */
export function storedRecord(record: UploadRecord, file: Pick<UploadRecord, 'name' | 'path' | 'wasThere' | 'replaced'>, { digest, isTold }: CheckedDigest): StoredRecord {
  const { name, path, wasThere, replaced } = file;
  const now = Date.now();
  const renamed = name !== record.name && record.originalName === undefined ? { originalName: record.name } : {};
  const clash = { ...(wasThere && { wasThere }), ...(replaced && { replaced }) };
  const verified = isTold ? { verified: true as const } : {};
  return { ...record, ...renamed, ...clash, name, path, size: record.received, state: 'stored', digest, ...verified, storedAtMs: now, changedAtMs: now };
}
