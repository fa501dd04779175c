import type { DuplicatePolicy } from './duplicates.ts';
import type { FailureReport } from './failure.ts';

/**
 * The states of an upload. `waiting`, `receiving` and `finishing` are on their way; `interrupted` can be resumed;
 * `stored`, `failed` and `cancelled` are ends.
 */
export const UPLOAD_STATES = ['waiting', 'receiving', 'interrupted', 'finishing', 'stored', 'failed', 'cancelled'] as const;

export type UploadState = (typeof UPLOAD_STATES)[number];

/** Where an upload comes from: the app's own window, the page on some device, or a program. */
export const SENDER_KINDS = ['window', 'page', 'api'] as const;

export type SenderKind = (typeof SENDER_KINDS)[number];

export interface Sender {
  readonly id: string;
  /** What a person would call it: "iPhone (Safari)", "This computer", "curl". */
  readonly name: string;
  readonly kind: SenderKind;
}

/** Hash of a whole file, lower-case hex. */
export type FileDigest = `xxh128:${string}` | `sha-256:${string}`;

/** One file on its way or arrived. */
export interface UploadRecord {
  /** Also its progress key. */
  readonly id: string;
  /** What somebody sent in one go. */
  readonly batch: string;
  /** Name as it is, or will be, in the upload folder; after a name clash it changes when the file is stored. */
  readonly name: string;
  /** Path relative to the upload folder, with `/` between the parts; ends with `name`. */
  readonly path: string;
  /** Name as the sender gave it, where it differs from `name`. */
  readonly originalName?: string;
  /** Bytes announced; null when the sender did not say (a form without a manifest). */
  readonly size: number | null;
  /** Bytes on disk. */
  readonly received: number;
  readonly state: UploadState;
  /**
   * Always present when the state is `failed` or `cancelled`. With `interrupted` only when the disk of the receiving computer is
   * why (full, not there, broken): what came is kept. Its sender asks again from time to time, and goes on when there is room, or when
   * the disk is back.
   */
  readonly failure?: FailureReport;
  readonly sender: Sender;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  readonly storedAtMs?: number;
  /** Hash of the stored bytes: XXH3 with 128 bits, or the SHA-256 that the sender gave; present once stored. */
  readonly digest?: FileDigest;
  /** The sender hashed the file too, and both ends agree; absent for an upload that is only stored. */
  readonly verified?: true;
  /** Nothing was added to the folder: `path` is a file that was there before and holds the same bytes (see DuplicatePolicy). */
  readonly wasThere?: true;
  /** It took the place of a file that was there before. */
  readonly replaced?: true;
  /** The upload whose file has taken the place of this one since. */
  readonly replacedBy?: string;
}

/** One file of a manifest: what a sender says about it beforehand. */
export interface AnnouncedFile {
  /** Chosen by the sender: 1 to 128 visible ASCII characters, best a random UUID. Sending again under the same id is a retry, never a second file. */
  readonly id: string;
  readonly name: string;
  /** Folder path relative to what was picked, with `/`, without the name: "Holiday/Day 1". */
  readonly folder?: string;
  /** Bytes. */
  readonly size: number;
  readonly modifiedAtMs?: number;
  /** What the sender's own hash of the whole file is, as `xxh128:hex` or `sha-256:hex`; other bytes are then not stored. */
  readonly digest?: FileDigest;
}

/** First field of a form, as JSON; the n-th file part belongs to the n-th entry. */
export interface Manifest {
  readonly files: readonly AnnouncedFile[];
  /** For names that exist already; absent: what was announced, or what is usual on this server. */
  readonly duplicates?: DuplicatePolicy;
}

/** How many uploads are in each state, and their bytes. */
export interface Totals {
  readonly count: Readonly<Record<UploadState, number>>;
  /** Sum of `received` over all uploads that are not failed or cancelled. */
  readonly receivedBytes: number;
  /** Sum of `size` (where unknown: `received`) over the same uploads. */
  readonly sizeBytes: number;
}
