import type { DuplicatePolicy } from '../../contracts/duplicates.ts';
import { Failure } from '../../failure.ts';
import { lastComponent, MAX_FOLDER_DEPTH, MAX_PATH_BYTES, safeFolder, safeName } from './safe-name.ts';

/** Where a file wants to land, cleaned. */
export interface Placement {
  readonly folders: readonly string[];
  readonly name: string;
  /** Relative path with `/`. */
  readonly path: string;
  /** Something of it was too long for the file system: other files may have come to the same path. */
  readonly isCut: boolean;
}

/** What a file is called, as its sender says it. */
interface SentName {
  /** Only what stands after the last slash counts. */
  readonly rawName: string;
  /** As announced in a manifest. */
  readonly rawFolder?: string | undefined;
}

/**
 * @param mostNameBytes that the file system takes, as `UploadFolder` says
 * @throws Failure FILENAME_INVALID, PATH_TOO_DEEP, PATH_TOO_LONG
 */
export function placeFile(sent: SentName, mostNameBytes: number): Placement {
  const placed = cleaned(sent, mostNameBytes);
  const path = pathOf(placed);
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) throw new Failure('PATH_TOO_LONG', { limit: MAX_PATH_BYTES });
  return { ...placed, path, isCut: path !== pathOf(cleaned(sent, Number.POSITIVE_INFINITY)) };
}

/** A file of a name that was cut need not be the one that was sent again: it is never replaced. */
export function policyAt({ isCut }: Placement, policy: DuplicatePolicy): DuplicatePolicy {
  return isCut && policy === 'replace' ? 'keep-both' : policy;
}

function cleaned({ rawName, rawFolder = '' }: SentName, mostNameBytes: number): Pick<Placement, 'folders' | 'name'> {
  const name = safeName(lastComponent(rawName), mostNameBytes);
  if (name === null) throw new Failure('FILENAME_INVALID');
  const folders = safeFolder(rawFolder, mostNameBytes);
  if (folders === null) throw new Failure('PATH_TOO_DEEP', { limit: MAX_FOLDER_DEPTH });
  return { folders, name };
}

function pathOf({ folders, name }: Pick<Placement, 'folders' | 'name'>): string {
  return [...folders, name].join('/');
}
