import type { Failure } from '../failure.ts';
import type { Announcing } from './announcing.ts';
import type { UploadFolder } from './folder/upload-folder.ts';
import type { Ledger } from './queue/ledger.ts';
import type { Recollect } from './recollect.ts';
import { promisedTo } from './space/open-bytes.ts';
import type { Space } from './space/space.ts';
import type { ResumableInfo } from './resumable/resumable-info.ts';
import type { ResumableUploads } from './resumable/resumable-uploads.ts';
import type { Standing } from './resumable/standing.ts';

/** What a sender asks for. */
export type ResumableOrder = Omit<ResumableInfo, 'createdAtMs'>;

interface CreationOptions {
  readonly ledger: Ledger;
  readonly space: Space;
  readonly announcing: Announcing;
  readonly resumable: ResumableUploads;
  readonly recollect: Recollect;
  /** What speaks against a file of that size. */
  readonly sizeFailure: (size: number) => Failure | null;
}

/**
 * Makes a resumable upload in that folder, if there is room for what is still to come of it.
 * @throws Failure FILE_TOO_LARGE, FILE_TOO_LARGE_FOR_DISK; as ResumableUploads.create and Space.hold
 */
export async function createResumable(order: ResumableOrder, folder: UploadFolder, { ledger, space, announcing, resumable, recollect, sizeFailure }: CreationOptions): Promise<Standing> {
  const { id, sender, batch, size } = order;
  const tooLarge = sizeFailure(size);
  if (tooLarge !== null) throw tooLarge;
  await recollect([id]);
  const digest = order.digest ?? ledger.told.get(id);
  const duplicates = order.duplicates ?? announcing.policyOf(id);
  if (digest !== undefined) await announcing.announceIfHere({ sender, batch, duplicates, file: { id, name: order.rawName, folder: order.folder, size, digest } });
  const arrived = await resumable.arrivedBytes(id, sender.id);
  const promised = (): number => promisedTo(ledger.queue.get(id));
  const hold = await space.decide(() => {
    const held = space.hold(size - arrived, promised() + space.promisedElsewhere((upload) => upload.id === id));
    // What its record promises, from an announcement or soon, is not counted twice.
    held.follow(() => size - arrived - promised());
    return held;
  });
  try {
    return await resumable.create(folder, { ...order, duplicates, ...(digest === undefined ? {} : { digest }) });
  } finally {
    hold.release();
  }
}
