import { onScopeDispose, shallowRef, triggerRef, type ShallowRef } from 'vue';
import type { DuplicatePolicy } from '../../server/contracts/duplicates.ts';
import type { Client } from '../api/client.ts';
import { createFileHasher } from '../sender/hash/file-hasher.ts';
import { startHashWorker } from '../sender/hash/start-hash-worker.ts';
import { pieceKind } from '../sender/piece-kind.ts';
import { isMoving, type SendItem } from '../sender/send-item.ts';
import { createSender, type Sender } from '../sender/sender.ts';
import { withRests } from './with-rests.ts';

export interface SenderInUse {
  readonly sender: Sender;
  /** Triggered when anything in it changed: at once, and then at most ten times a second. */
  readonly items: Readonly<ShallowRef<ReadonlyMap<string, SendItem>>>;
  readonly busy: () => boolean;
}

/** Sooner than a person could tell, and few enough: of a thousand files, each drawing goes through all. */
const REST_MS = 100;

/**
 * A sender that Vue can watch; goes on by itself when the network or the person comes back.
 * @param duplicates what the person wants for names that exist already; null: what is usual on the server
 */
export function useSender(client: Client, duplicates: () => DuplicatePolicy | null): SenderInUse {
  const pieces = pieceKind(navigator.vendor);
  const sender = createSender({
    client, pieces, duplicates,
    hasher: createFileHasher(startHashWorker, pieces === 'file'),
    changed: withRests(REST_MS, () => { triggerRef(items); }),
  });
  const items = shallowRef(sender.items);

  const resume = (): void => { if (!document.hidden) sender.resume(); };
  window.addEventListener('online', resume);
  window.addEventListener('offline', sender.doubt);
  document.addEventListener('visibilitychange', resume);
  // Back from the cache in which a browser keeps pages as they were.
  window.addEventListener('pageshow', resume);
  onScopeDispose(() => {
    window.removeEventListener('online', resume);
    window.removeEventListener('offline', sender.doubt);
    document.removeEventListener('visibilitychange', resume);
    window.removeEventListener('pageshow', resume);
    sender.stop();
  });

  return { sender, items, busy: () => [...sender.items.values()].some(isMoving) };
}
