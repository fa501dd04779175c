import type { ServerReply } from '../../server/contracts/api.ts';
import type { FailureReport } from '../../server/contracts/failure.ts';
import { reportOf } from '../api/api-failure.ts';
import type { PickedFile } from './picked-file.ts';

/**
 * What is hopeless is refused before a byte of it is sent. Files are taken in their order as long as they fit on the disk
 * together; one that does not fit does not stop a smaller one after it.
 * @returns the failure of each file that cannot be sent, by id
 */
export function checkLimits(files: readonly PickedFile[], server: Pick<ServerReply, 'limits' | 'freeBytes'>): ReadonlyMap<string, FailureReport> {
  const refused = new Map<string, FailureReport>();
  const maxBytes = server.limits.maxFileBytes ?? Number.POSITIVE_INFINITY;
  let freeBytes = server.freeBytes ?? Number.POSITIVE_INFINITY;
  for (const { id, file } of files) {
    if (file.size > maxBytes) refused.set(id, reportOf('FILE_TOO_LARGE'));
    else if (file.size > freeBytes) refused.set(id, reportOf('INSUFFICIENT_STORAGE'));
    else freeBytes -= file.size;
  }
  return refused;
}
