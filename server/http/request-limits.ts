import type { Asking } from '../access/asking.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import type { UploadSlots } from './upload-slots.ts';

/** What every road by which files come in keeps to. */
export interface RequestLimits {
  readonly service: UploadService;
  /** Bytes. */
  readonly maxRequestBytes: number;
  readonly stallTimeoutMs: number;
  readonly slots: UploadSlots;
  readonly asking: Asking;
  /** Aborted with a Failure when the server stops. */
  readonly stopping: AbortSignal;
}
