import { diskFailure } from '../folder/disk-failure.ts';
import type { Ledger } from '../queue/ledger.ts';
import { promisedTo } from '../space/open-bytes.ts';
import type { Space } from '../space/space.ts';
import type { Found } from './find-place.ts';

/**
 * What goes on after an interruption needs room for all that is left: on a full disk it would otherwise fill each byte that somebody
 * makes free. Its sender hears so before its next byte, and both sides see why it waits.
 * @throws Failure INSUFFICIENT_STORAGE, QUOTA_EXCEEDED, STORAGE_UNAVAILABLE
 */
export async function requireRoomToGoOn({ state: { info, offset } }: Found, { ledger, space }: { readonly ledger: Ledger; readonly space: Space }): Promise<void> {
  if (ledger.queue.get(info.id)?.state !== 'interrupted') return;
  try {
    await space.decide(() => space.require(info.size - offset, promisedTo(ledger.queue.get(info.id))));
  } catch (error) {
    const failure = diskFailure(error);
    const record = ledger.queue.get(info.id);
    if (record !== undefined) ledger.keepWaiting({ ...record, received: offset }, failure);
    throw failure;
  }
}
