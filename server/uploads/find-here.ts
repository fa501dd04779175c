import type { DuplicatePolicy } from '../contracts/duplicates.ts';
import type { AnnouncedFile, FileDigest } from '../contracts/upload.ts';
import { Failure } from '../failure.ts';
import type { PublishedFile } from './folder/published-file.ts';
import type { UploadFolder } from './folder/upload-folder.ts';
import { placeFile, type Placement } from './naming/placement.ts';

/** A file that need not come. */
export interface FileHere {
  readonly file: PublishedFile;
  /** As its sender told it. */
  readonly digest: FileDigest;
}

/** What is known of files before their first byte. */
export interface FoundHere {
  /** By id. */
  readonly here: ReadonlyMap<string, FileHere>;
  /** Ids of those whose hash, once it is told, may show that they need not come. */
  readonly worthHashing: readonly string[];
}

interface Search {
  readonly folder: UploadFolder;
  readonly senderId: string;
  readonly policyOf: (id: string) => DuplicatePolicy;
  /** True when bytes of an upload are here already, which goes on with them. */
  readonly hasBegun: (id: string) => Promise<boolean>;
}

/** Looks which of the announced files are in their places already, as far as their senders want such files skipped. Reads none of them. */
export async function findHere(files: readonly AnnouncedFile[], { folder, senderId, policyOf, hasBegun }: Search): Promise<FoundHere> {
  const here = new Map<string, FileHere>();
  const worthHashing: string[] = [];
  const wanted = files.filter(({ id }) => policyOf(id) === 'skip-same');
  // It only saves bytes: when the list of what arrived cannot be read now, they come and are compared.
  if (wanted.length === 0 || !(await folder.history.refresh().then(() => true, () => false))) return { here, worthHashing };
  await Promise.all(wanted.map(async ({ id, name, folder: rawFolder, size, digest }) => {
    const placement = placeOrNull({ rawName: name, rawFolder }, folder.mostNameBytes);
    if (placement === null) return;
    const known = await folder.knownContent(placement, { senderId, size, digest });
    if (known.kind === 'unknown' || (await hasBegun(id))) return;
    if (known.kind === 'perhaps') worthHashing.push(id);
    else if (digest !== undefined) here.set(id, { file: known.file, digest });
  }));
  return { here, worthHashing };
}

/** Null for a name that will be refused. */
function placeOrNull(...file: Parameters<typeof placeFile>): Placement | null {
  try {
    return placeFile(...file);
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
