import { Failure } from '../../failure.ts';
import type { UploadFolder } from '../folder/upload-folder.ts';
import type { Endings } from './endings.ts';
import type { ResumableState } from './resumable-folder.ts';
import { lockIfFree } from './upload-lock.ts';

/** Sent again in a moment. */
const WORTH_KEEPING_BYTES = 64 * 1024;
/** A phone that was put away comes back sooner, or finds that it begins anew. */
const FORGOTTEN_AFTER_MS = 10 * 60_000;

/** Whoever wants to begin one waits for these. */
const MOST_AT_ONCE = 200;

/**
 * Gives up uploads that somebody began with next to nothing and left: anybody could make as many as there may be, and keep everybody
 * else from making one for days. What somebody is at is left alone, and so is what the owner sends. @throws system errors
 */
export async function clearBarelyBegun(folder: UploadFolder, endings: Pick<Endings, 'fail' | 'settled'>): Promise<void> {
  const isForgotten = ({ info, offset, changedAtMs }: ResumableState): boolean =>
    info.sender.kind !== 'window' && offset < Math.min(info.size, WORTH_KEEPING_BYTES) && Date.now() - changedAtMs > FORGOTTEN_AFTER_MS;
  for (const { info } of (await folder.resumables.list()).filter(isForgotten).slice(0, MOST_AT_ONCE)) {
    const lock = await lockIfFree(folder.resumables.lockOf(info.id));
    if (lock === null) continue;
    try {
      await endings.settled(info.id);
      const state = await folder.resumables.find(info.id);
      if (state && isForgotten(state)) await endings.fail({ folder, state, lock }, new Failure('UPLOAD_EXPIRED'));
    } finally {
      await lock.release();
    }
  }
}
