import type { UploadRecord } from '../contracts/upload.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import type { Told } from './allowances.ts';

/** What a device announced under these batches, or began earlier, and has not sent. */
export function announcedBy(service: Pick<UploadService, 'changes'>, deviceId: string, batches: ReadonlySet<string>): readonly UploadRecord[] {
  const reply = service.changes(undefined, deviceId);
  return reply.unchanged === true ? [] : reply.uploads.filter(({ batch, state }) => batches.has(batch) && (state === 'waiting' || state === 'interrupted'));
}

export function toldOf(announced: readonly UploadRecord[]): Told {
  return { files: announced.length, bytes: announced.reduce((sum, { size }) => sum + (size ?? 0), 0) };
}
