import { constants } from 'node:os';
import { Failure, systemErrorCode } from '../../failure.ts';
import type { FailureCode } from '../../contracts/failure.ts';

/** What the errors of a disk mean to the person who waits. Source: errno(3). */
const MEANING: Readonly<Record<string, FailureCode>> = {
  ENOSPC: 'INSUFFICIENT_STORAGE',
  EDQUOT: 'INSUFFICIENT_STORAGE',
  // libuv has no name for it (uv.h, UV_ERRNO_MAP).
  [`Unknown system error -${constants.errno.EDQUOT}`]: 'INSUFFICIENT_STORAGE',
  EFBIG: 'INSUFFICIENT_STORAGE',
  EIO: 'STORAGE_IO_ERROR',
  // A folder of the path lies on another disk, and was swapped for yet another while a file was copied there.
  EXDEV: 'STORAGE_IO_ERROR',
  EROFS: 'STORAGE_UNAVAILABLE',
  EACCES: 'STORAGE_UNAVAILABLE',
  EPERM: 'STORAGE_UNAVAILABLE',
  ENOENT: 'STORAGE_UNAVAILABLE',
  ENOTDIR: 'STORAGE_UNAVAILABLE',
  EBUSY: 'STORAGE_UNAVAILABLE',
  ESTALE: 'STORAGE_UNAVAILABLE',
  EMFILE: 'STORAGE_UNAVAILABLE',
  ENFILE: 'STORAGE_UNAVAILABLE',
  ENAMETOOLONG: 'PATH_TOO_LONG',
};

/** Names an error that came out of a file operation; what is already named stays as it is. */
export function diskFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = systemErrorCode(error);
  const meaning = code === undefined ? undefined : MEANING[code];
  return new Failure(meaning ?? 'INTERNAL', { cause: error });
}
