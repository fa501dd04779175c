import { onScopeDispose, type ShallowRef } from 'vue';
import { SMALL_FILE_BYTES } from '../sender/plan-request.ts';
import { isMoving, isOpen, type SendItem } from '../sender/send-item.ts';

interface LeaveOptions {
  readonly items: Readonly<ShallowRef<ReadonlyMap<string, SendItem>>>;
  /** Whether the next load of the page will know what was under way. */
  readonly remembered: () => boolean;
}

/**
 * Has the browser ask before the page is left, in its own words ("Changes may not be saved"), which only scare; so it asks only where
 * leaving costs something: a choice that was not sent, small files under way, which come again as a whole, or anything at all where
 * nothing can be noted. A large file goes on from where it stands.
 */
export function useLeaveQuestion({ items, remembered }: LeaveOptions): void {
  const costs = (item: SendItem): boolean => item.state.kind === 'ready'
    || (isMoving(item) && item.picked.file.size < SMALL_FILE_BYTES) || (isOpen(item) && !remembered());
  const ask = (event: BeforeUnloadEvent): void => {
    if ([...items.value.values()].some(costs)) event.preventDefault();
  };
  window.addEventListener('beforeunload', ask);
  onScopeDispose(() => { window.removeEventListener('beforeunload', ask); });
}
