import type { FailureCode } from '../../../server/contracts/failure.ts';
import type { AnnouncedFile, FileDigest } from '../../../server/contracts/upload.ts';

/** A file that a person dropped or picked, from its announcement until it is stored. */
export interface FileToSend {
  readonly id: string;
  readonly batch: string;
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  readonly folder: string;
  /** As announced; a file that is another size when it is read has changed. */
  readonly size: number;
  /** As the file system says it, with fractions. */
  readonly modifiedAtMs: number;
}

/**
 * What the server is told about it: the path of this computer stays here.
 * @param digest of the whole file, once it is known
 */
export function toAnnounced(file: FileToSend, digest?: FileDigest): AnnouncedFile {
  return {
    id: file.id,
    name: file.name,
    ...(file.folder === '' ? {} : { folder: file.folder }),
    size: file.size,
    modifiedAtMs: Math.round(file.modifiedAtMs),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The file at the source is not, or no longer, what was announced. */
export class SourceFailure extends Error {
  readonly code: FailureCode & ('FILE_CHANGED' | 'FILE_UNREADABLE');
  readonly id: string;

  constructor(code: 'FILE_CHANGED' | 'FILE_UNREADABLE', id: string) {
    super(code);
    this.code = code;
    this.id = id;
  }
}
