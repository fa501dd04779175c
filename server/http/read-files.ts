import { MAX_FILES_PER_REQUEST } from '../contracts/api.ts';
import type { AnnouncedFile, Manifest } from '../contracts/upload.ts';
import { Failure } from '../failure.ts';
import { isCount, isObject } from '../guards.ts';
import { isFileDigest } from '../uploads/hash/file-digest.ts';

const PROGRESS_KEY = /^[\x21-\x7e]{1,128}$/u;
const MOST_NAME_LENGTH = 1024;
const MOST_FOLDER_LENGTH = 4096;

/** True for what may name an upload or a batch: 1 to 128 visible ASCII characters. */
export function isProgressKey(value: unknown): value is string {
  return typeof value === 'string' && PROGRESS_KEY.test(value);
}

/**
 * @returns `duplicates` as it stands there
 * @throws Failure MANIFEST_INVALID, TOO_MANY_FILES, CHECKSUM_UNSUPPORTED
 */
export function readManifest(text: string): Pick<Manifest, 'files'> & { readonly duplicates: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    const { files, duplicates } = isObject(value) ? value : {};
    return { files: readFiles(files), duplicates };
  } catch (error) {
    throw error instanceof Failure ? error : new Failure('MANIFEST_INVALID', { cause: error });
  }
}

/** @throws Failure MANIFEST_INVALID, TOO_MANY_FILES, CHECKSUM_UNSUPPORTED */
export function readFiles(value: unknown): readonly AnnouncedFile[] {
  if (!Array.isArray(value) || value.length === 0) throw new Failure('MANIFEST_INVALID');
  if (value.length > MAX_FILES_PER_REQUEST) throw new Failure('TOO_MANY_FILES', { limit: MAX_FILES_PER_REQUEST });
  const files = value.map(readFile);
  if (new Set(files.map(({ id }) => id)).size < files.length) throw new Failure('MANIFEST_INVALID');
  return files;
}

function readFile(value: unknown): AnnouncedFile {
  if (!isObject(value)) throw new Failure('MANIFEST_INVALID');
  const { id, name, folder, size, modifiedAtMs, digest } = value;
  const isWellFormed =
    isProgressKey(id) && isText(name, MOST_NAME_LENGTH) && (folder === undefined || isText(folder, MOST_FOLDER_LENGTH)) && isCount(size);
  if (!isWellFormed) throw new Failure('MANIFEST_INVALID');
  if (digest !== undefined && !isFileDigest(digest)) throw new Failure('CHECKSUM_UNSUPPORTED');
  return {
    id,
    name,
    size,
    ...(folder === undefined ? {} : { folder }),
    ...(typeof modifiedAtMs === 'number' && Number.isFinite(modifiedAtMs) ? { modifiedAtMs } : {}),
    ...(digest === undefined ? {} : { digest }),
  };
}

function isText(value: unknown, mostLength: number): value is string {
  return typeof value === 'string' && value.length <= mostLength;
}
