import type { FailureReport } from '../../server/contracts/failure.ts';
import type { PickedFile } from './picked-file.ts';

/** Where one picked file is, as the sender sees it. How much of it has arrived only the server knows. */
export type SendState =
  | { readonly kind: 'ready' }
  /** Its turn has not come; `announced` once the server knows of it. */
  | { readonly kind: 'queued'; readonly announced: boolean }
  /** `resuming` until the server has said how much it has from an earlier try. */
  | { readonly kind: 'sending'; readonly resuming: boolean }
  /** The connection is lost; the sender goes on by itself. */
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'stored' }
  | { readonly kind: 'failed'; readonly failure: FailureReport }
  | { readonly kind: 'cancelled' };

export interface SendItem {
  readonly picked: PickedFile;
  /** Null until it is sent for the first time. */
  readonly batch: string | null;
  readonly state: SendState;
}

export function isEnded({ state }: SendItem): boolean {
  return state.kind === 'stored' || state.kind === 'failed' || state.kind === 'cancelled';
}

export function isMoving(item: SendItem): boolean {
  return item.state.kind !== 'ready' && !isEnded(item);
}

/** Sending the same file again can help. */
export function canRetry({ state }: SendItem): boolean {
  return state.kind === 'cancelled' || (state.kind === 'failed' && state.failure.retryable);
}
