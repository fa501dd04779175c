import type { FileDigest } from '../../contracts/upload.ts';
import type { FileLine } from '../history/log-line.ts';
import { algorithmOf } from '../hash/file-digest.ts';
import { numberedName } from './safe-name.ts';
import { MOST_LOOKED_AT, seeFile, type SeenFile } from './same-content.ts';

/** What a sender says of a file before it comes. */
export interface ToldContent {
  readonly senderId: string;
  /** Bytes. */
  readonly size: number;
  /** Of the whole file; undefined when its sender has not said it. */
  readonly digest: FileDigest | undefined;
}

export type KnownContent =
  /** A file with these bytes has that name. */
  | { readonly kind: 'here'; readonly name: string }
  /** One as large has it, and the hash (XXH3 with 128 bits) would tell whether it is the same. */
  | { readonly kind: 'perhaps' }
  | { readonly kind: 'unknown' };

interface Place {
  /** Absolute. */
  readonly folder: string;
  /** Relative to the upload folder. */
  readonly pathOf: (name: string) => string;
  readonly wanted: string;
  /** What was noted of the file with this inode. */
  readonly noted: (inode: string) => FileLine | undefined;
}

/**
 * Whether a file of this name, or of its numbered forms, is known to hold what a sender is about to send; no byte is read. The hash that
 * was noted counts while size and time of writing are those that were noted too.
 */
export async function findKnownContent({ folder, pathOf, wanted, noted }: Place, told: ToldContent): Promise<KnownContent> {
  for (let number = 0; number < MOST_LOOKED_AT; number += 1) {
    const seen = await seeFile(folder, numberedName(wanted, number));
    if (seen === null) break;
    const line = noted(seen.inode);
    if (line === undefined || line.record.path !== pathOf(seen.name) || !isUntouched(line, seen) || seen.bytes !== BigInt(told.size)) continue;
    const { digest } = line.record;
    if (digest === undefined || !isTrusted(line, digest, told)) continue;
    if (told.digest === digest) return { kind: 'here', name: seen.name };
    if (told.digest === undefined && algorithmOf(digest) === 'xxh128') return { kind: 'perhaps' };
  }
  return { kind: 'unknown' };
}

/** Named, hence durable, and not written to since. */
function isUntouched({ record, isNamed, modifiedNs }: FileLine, seen: SeenFile): boolean {
  return isNamed === true && modifiedNs === seen.modifiedNs && seen.bytes === BigInt(record.received);
}

/** XXH3 can be made to match on purpose: a stranger could have put something else there for this sender to find. */
function isTrusted({ record }: FileLine, digest: FileDigest, { senderId }: ToldContent): boolean {
  return algorithmOf(digest) === 'sha-256' || record.sender.id === senderId;
}
