import type { Hash } from 'node:crypto';
import { Failure } from '../../failure.ts';
import type { PublishedFile, UploadFolder } from '../upload-folder.ts';
import type { ResumableInfo } from './resumable-info.ts';
import { placed } from './resumable-record.ts';

/**
 * Checks an upload whose bytes are all there and durable, and gives it its final name.
 * @param hash of all bytes; null when it is not known: they are read again
 * @throws Failure CHECKSUM_MISMATCH, and those of the disk
 */
export async function publishResumable(
  folder: UploadFolder,
  info: ResumableInfo,
  hash: Hash | null,
): Promise<{ readonly published: PublishedFile; readonly sha256: string }> {
  const target = placed(info);
  if (!target.ok) throw target.failure;
  const sha256 = hash?.digest('hex') ?? (await folder.resumables.hash(info.id));
  if (info.sha256 !== undefined && info.sha256 !== sha256) throw new Failure('CHECKSUM_MISMATCH');
  const { folders, name } = target.placement;
  const published = await folder.publish({ path: folder.resumables.partOf(info.id) }, folders, name);
  await folder.resumables.remove(info.id);
  return { published, sha256 };
}
