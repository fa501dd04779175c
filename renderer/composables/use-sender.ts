import { onScopeDispose, shallowRef, triggerRef, type ShallowRef } from 'vue';
import type { Client } from '../api/client.ts';
import { isMoving, type SendItem } from '../sender/send-item.ts';
import { createSender, type Sender } from '../sender/sender.ts';

export interface SenderInUse {
  readonly sender: Sender;
  /** Triggered, at most once a tick, when anything in it changed. */
  readonly items: Readonly<ShallowRef<ReadonlyMap<string, SendItem>>>;
  readonly busy: () => boolean;
}

/** A sender that Vue can watch; goes on by itself when the network or the person comes back. */
export function useSender(client: Client): SenderInUse {
  let told = false;
  const sender = createSender(client, () => {
    if (told) return;
    told = true;
    queueMicrotask(() => {
      told = false;
      triggerRef(items);
    });
  });
  const items = shallowRef(sender.items);

  const resume = (): void => { if (!document.hidden) sender.resume(); };
  window.addEventListener('online', resume);
  document.addEventListener('visibilitychange', resume);
  // Back from the cache in which a browser keeps pages as they were.
  window.addEventListener('pageshow', resume);
  onScopeDispose(() => {
    window.removeEventListener('online', resume);
    document.removeEventListener('visibilitychange', resume);
    window.removeEventListener('pageshow', resume);
    sender.stop();
  });

  return { sender, items, busy: () => [...sender.items.values()].some(isMoving) };
}
