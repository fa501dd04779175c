import type { ServerReply } from '../../server/contracts/api.ts';
import type { FailureReport } from '../../server/contracts/failure.ts';
import { reportOf } from '../api/api-failure.ts';
import type { PickedFile } from './picked-file.ts';

/**
 * What is larger than the server takes is refused before it is announced. Whether there is room, the server says when it is: only
 * there it is known what others were promised.
 * @returns the failure of each file that cannot be sent, by id
 */
export function checkLimits(files: readonly PickedFile[], { limits }: Pick<ServerReply, 'limits'>): ReadonlyMap<string, FailureReport> {
  const maxBytes = limits.maxFileBytes ?? Number.POSITIVE_INFINITY;
  return new Map(files.filter(({ file }) => file.size > maxBytes).map(({ id }) => [id, reportOf('FILE_TOO_LARGE')]));
}
