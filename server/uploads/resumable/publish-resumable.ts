import { checkDigest, type CheckedDigest } from '../hash/check-digest.ts';
import { algorithmOf } from '../hash/file-digest.ts';
import type { FileHash } from '../hash/file-hash.ts';
import type { FileToPublish } from '../folder/publish-files.ts';
import type { PublishedFile } from '../folder/published-file.ts';
import type { UploadFolder } from '../folder/upload-folder.ts';
import { policyAt } from '../naming/placement.ts';
import { storedRecord } from '../queue/stored-record.ts';
import type { ResumableState } from './resumable-folder.ts';
import { placed, recordOf } from './resumable-record.ts';

/**
 * Checks an upload whose bytes are all there and durable, and gives it its final name.
 * @param hash of all bytes; null when it is not known, or not of the kind that the sender told: they are read again
 * @throws Failure CHECKSUM_MISMATCH, and those of the disk
 */
export async function publishResumable(
  folder: UploadFolder,
  { info, offset }: Pick<ResumableState, 'info' | 'offset'>,
  hash: FileHash | null,
): Promise<{ readonly published: PublishedFile; readonly digest: CheckedDigest }> {
  const target = placed(info, folder);
  if (!target.ok) throw target.failure;
  const digest = checkDigest(hash?.digest() ?? (await folder.resumables.hash(info.id, algorithmOf(info.digest))), info.digest);
  const { folders, name } = target.placement;
  const rule = { policy: policyAt(target.placement, info.duplicates ?? 'keep-both'), batch: info.batch };
  const toRecord: FileToPublish['toRecord'] = (file) => storedRecord(recordOf({ folder, state: { info, offset } }, 'finishing'), file, digest);
  const published = await folder.publish({ staged: folder.resumables.partOf(info.id), folders, name, toRecord, rule, canGoOn: true, isForeign: info.sender.kind !== 'window' });
  return { published, digest };
}
