import { onScopeDispose, type ShallowRef } from 'vue';
import { SMALL_FILE_BYTES } from '../sender/plan-request.ts';
import { isMoving, isOpen, type SendItem } from '../sender/send-item.ts';

interface LeaveOptions {
  readonly items: Readonly<ShallowRef<ReadonlyMap<string, SendItem>>>;
  /** Notes what is under way; answers whether the next load of the page will know of it. */
  readonly remember: () => boolean;
}

/**
 * Has the browser ask before the page is left, in its own words ("Changes may not be saved"), which only scare; so it asks only where
 * leaving costs something: a choice that was not sent, small files under way, which come again as a whole, or anything at all where
 * nothing can be noted. A large file goes on from where it stands.
 */
export function useLeaveQuestion({ items, remember }: LeaveOptions): void {
  const costs = (item: SendItem, remembered: boolean): boolean => item.state.kind === 'ready'
    || (isMoving(item) && item.picked.file.size < SMALL_FILE_BYTES) || (isOpen(item) && !remembered);
  const ask = (event: BeforeUnloadEvent): void => {
    // Asked now, for within the first second nothing has been noted yet.
    const remembered = remember();
    if ([...items.value.values()].some((item) => costs(item, remembered))) event.preventDefault();
  };
  window.addEventListener('beforeunload', ask);
  onScopeDispose(() => { window.removeEventListener('beforeunload', ask); });
}
