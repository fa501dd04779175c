import { onScopeDispose, shallowRef, triggerRef, type ShallowRef } from 'vue';
import type { DuplicatePolicy } from '../../server/contracts/duplicates.ts';
import type { Client } from '../api/client.ts';
import { createFileHasher } from '../sender/hash/file-hasher.ts';
import { startHashWorker } from '../sender/hash/start-hash-worker.ts';
import { pieceKind } from '../sender/piece-kind.ts';
import { isMoving, type SendItem } from '../sender/send-item.ts';
import { createSender, type Sender } from '../sender/sender.ts';

export interface SenderInUse {
  readonly sender: Sender;
  /** Triggered, at most once a frame, when anything in it changed. */
  readonly items: Readonly<ShallowRef<ReadonlyMap<string, SendItem>>>;
  readonly busy: () => boolean;
}

/** A hidden page is drawn no more, and still has a title to be kept true. */
const HIDDEN_FRAME_MS = 100;

/** Calls once for many asks, at the next frame. */
function oncePerFrame(call: () => void): () => void {
  let frame: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function run(): void {
    if (frame !== null) cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = null;
    call();
  }
  return () => {
    if (frame !== null) return;
    frame = requestAnimationFrame(run);
    timer = setTimeout(run, HIDDEN_FRAME_MS);
  };
}

/**
 * A sender that Vue can watch; goes on by itself when the network or the person comes back.
 * @param duplicates what the person wants for names that exist already; null: what is usual on the server
 */
export function useSender(client: Client, duplicates: () => DuplicatePolicy | null): SenderInUse {
  const pieces = pieceKind(navigator.vendor);
  const sender = createSender({
    client, pieces, duplicates,
    hasher: createFileHasher(startHashWorker, pieces === 'file'),
    changed: oncePerFrame(() => { triggerRef(items); }),
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
