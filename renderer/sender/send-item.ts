import type { FailureReport } from '../../server/contracts/failure.ts';
import type { PickedFile } from './picked-file.ts';

/** Where one picked file is, as the sender sees it. How much of it has arrived only the server knows. */
export type SendState =
  | { readonly kind: 'ready' }
  /** Its turn has not come; `announced` once the server knows of it, `lost` when its connection was. */
  | { readonly kind: 'queued'; readonly announced: boolean; readonly lost?: boolean }
  /** `resuming` after a lost connection, until the server has said how much it has from before. */
  | { readonly kind: 'sending'; readonly resuming: boolean }
  /** The connection is lost; the sender goes on by itself. `why` when it is something else: the receiving disk is full or away, or the owner has not said yes. */
  | { readonly kind: 'reconnecting'; readonly why?: FailureReport }
  /** A person holds it back; the server keeps what it has. */
  | { readonly kind: 'paused' }
  /** `verified` when both ends hashed it and agree. */
  | { readonly kind: 'stored'; readonly verified: boolean }
  | { readonly kind: 'failed'; readonly failure: FailureReport }
  | { readonly kind: 'cancelled' };

export interface SendItem {
  readonly picked: PickedFile;
  /** Null until it is sent for the first time. */
  readonly batch: string | null;
  readonly state: SendState;
  /** The server keeps what has arrived of it: it is asked where the file stands, and only the rest is sent. */
  readonly begun: boolean;
  /** Bytes that the browser says have left it; what has arrived may be less. */
  readonly sentBytes: number;
  /** Bytes that the server said it has, when it was last asked about a large file; 0 before that, and for small ones. */
  readonly arrivedBytes: number;
}

export function isEnded({ state }: Pick<SendItem, 'state'>): boolean {
  return state.kind === 'stored' || state.kind === 'failed' || state.kind === 'cancelled';
}

/** Sent, and not at its end: on its way or held back. */
export function isOpen(item: Pick<SendItem, 'state'>): boolean {
  return item.state.kind !== 'ready' && !isEnded(item);
}

/** On its way, without anybody holding it back. */
export function isMoving(item: Pick<SendItem, 'state'>): boolean {
  return isOpen(item) && item.state.kind !== 'paused';
}

/** Sending the same file again can help. */
export function canRetry({ state }: Pick<SendItem, 'state'>): boolean {
  return state.kind === 'cancelled' || (state.kind === 'failed' && state.failure.retryable);
}
