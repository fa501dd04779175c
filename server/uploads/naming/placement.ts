import { Failure } from '../../failure.ts';
import { lastComponent, MAX_FOLDER_DEPTH, MAX_PATH_BYTES, safeFolder, safeName } from './safe-name.ts';

/** Where a file wants to land, cleaned. */
export interface Placement {
  readonly folders: readonly string[];
  readonly name: string;
  /** Relative path with `/`. */
  readonly path: string;
}

/**
 * @param rawName as sent; only what stands after the last slash counts
 * @param rawFolder as announced in a manifest
 * @throws Failure FILENAME_INVALID, PATH_TOO_DEEP, PATH_TOO_LONG
 */
export function placeFile(rawName: string, rawFolder = ''): Placement {
  const name = safeName(lastComponent(rawName));
  if (name === null) throw new Failure('FILENAME_INVALID');
  const folders = safeFolder(rawFolder);
  if (folders === null) throw new Failure('PATH_TOO_DEEP', { limit: MAX_FOLDER_DEPTH });
  const path = [...folders, name].join('/');
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) throw new Failure('PATH_TOO_LONG', { limit: MAX_PATH_BYTES });
  return { folders, name, path };
}
