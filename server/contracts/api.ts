import type { AnswerBody, DeviceBody, DevicesReply } from './devices.ts';
import type { DuplicatePolicy } from './duplicates.ts';
import type { ErrorReply } from './failure.ts';
import type { HistoryQuery, HistoryReply } from './history.ts';
import type { ProofQuery, ProofReply } from './proof.ts';
import type { AnnouncedFile, Totals, UploadRecord } from './upload.ts';

/** Header or query parameter that names a batch before its first byte arrives (nginx upload-progress module's convention). */
export const PROGRESS_ID_HEADER = 'X-Progress-ID';

/**
 * Header of a tus creation or PATCH that says what the hash of the whole file is: `xxh128=:base64:` or `sha-256=:base64:`
 * (RFC 9530, section 3). The one that comes last counts; when all bytes are here and hash to something else, nothing is stored.
 */
export const FILE_DIGEST_HEADER = 'Repr-Digest';

/**
 * `?0` on a tus PATCH: whatever it brings is not the end. When all bytes are there, the upload is not stored until a PATCH without it
 * comes, which may be empty, and may say the hash that was not known before (name and values as in
 * draft-ietf-httpbis-resumable-upload, section 4).
 */
export const UPLOAD_COMPLETE_HEADER = 'Upload-Complete';

/** Name of the form field that announces the files of a request. */
export const MANIFEST_FIELD = 'manifest';

/** Most files one announcement or one form may hold. */
export const MAX_FILES_PER_REQUEST = 2000;

/** Largest manifest or JSON body, in bytes. */
export const MAX_MANIFEST_BYTES = 1 << 20;

/**
 * Answer of `POST /api/uploads`. 201: all stored. 207: some not. When none was stored, the status is that of the first failure,
 * and `error` is there too.
 */
export interface SendReply extends Partial<ErrorReply> {
  readonly batch: string;
  /** One record for each file of the request, in its order; the outcome stands in `state`. */
  readonly uploads: readonly UploadRecord[];
}

export interface QueueQuery {
  /** The `revision` of the last answer; without it, or after a restart of the server, the whole queue comes. */
  readonly since?: string;
}

/** Answer of `GET /api/uploads`. When nothing changed since the revision: only `revision` and `unchanged`. */
export type QueueReply =
  | { readonly revision: string; readonly unchanged: true }
  | {
      readonly revision: string;
      readonly unchanged?: never;
      /** True: forget what you had, this is everything. False: `uploads` and `removed` are what changed. */
      readonly full: boolean;
      readonly uploads: readonly UploadRecord[];
      /** Ids of records that are no longer in the queue. */
      readonly removed: readonly string[];
      readonly totals: Totals;
    };

export interface BatchBody {
  /** Progress key of the batch; made by the server when absent. */
  readonly batch?: string;
  readonly files: readonly AnnouncedFile[];
  /** For names that exist already; absent: what is usual on this server. */
  readonly duplicates?: DuplicatePolicy;
}

export interface BatchReply {
  readonly batch: string;
  readonly uploads: readonly UploadRecord[];
  /**
   * Ids of files that are to be skipped when they are here already, and of which one with the same name and size is. Announced again
   * with their `digest` (XXH3 with 128 bits), those that are the same are stored at once, and no byte of them need travel.
   */
  readonly worthHashing?: readonly string[];
}

export interface ServerReply {
  /** What a person calls the receiving computer. */
  readonly name: string;
  readonly version: string;
  readonly limits: {
    /** Bytes; null when only the disk is the limit. */
    readonly maxFileBytes: number | null;
    readonly maxRequestBytes: number | null;
    readonly maxFilesPerRequest: number;
  };
  /** Bytes that may still be announced: free, and promised to no other upload; null when the system does not say. */
  readonly freeBytes: number | null;
  /** `away`: the upload folder is gone, or another disk is in its place; until it is back, nothing is taken in. */
  readonly folder: 'there' | 'away';
  /** Base URLs under which this server can be reached, best first. */
  readonly addresses: readonly string[];
  /** SHA-256 of the certificate that this side shows, as browsers write it; null over plain HTTP. */
  readonly fingerprint: string | null;
  readonly on: {
    /** A code is needed. */
    readonly code: boolean;
    /** Other devices can reach this server. */
    readonly lan: boolean;
    /** This side speaks HTTPS itself. */
    readonly https: boolean;
    /** Health of the progress cache. */
    readonly cache: CacheHealth;
  };
  /** Names that exist already. */
  readonly duplicates: {
    /** What holds when a batch names nothing. */
    readonly usual: DuplicatePolicy;
    /** What whoever asks may name for a batch. */
    readonly allowed: readonly DuplicatePolicy[];
  };
}

export type CacheHealth = 'ok' | 'degraded';

export interface SessionBody {
  /** Not needed on a server that asks for no code. */
  readonly code?: string;
  /**
   * A secret of the device's own making, drawn at random and kept: 32 to 128 letters, digits, `-` and `_`. Whoever shows it again is
   * the same sender, also with a new code and after a restart of the server. It lets nobody in. Without it: a new sender each time.
   */
  readonly device?: string;
}

export interface SessionReply {
  /** For `Authorization: Bearer …`. */
  readonly token: string;
  readonly sender: UploadRecord['sender'];
  readonly expiresAtMs: number;
}

export interface HealthReply {
  readonly status: 'ok' | 'degraded';
  readonly cache: CacheHealth;
}

/** The classic status answer: always 200, because its client polls before the server has seen the first byte. */
export type ClassicStatusReply =
  | { readonly uploaded: number; readonly totalsize: number; readonly state: ClassicState }
  | { readonly error: string };

export type ClassicState = 'receiving' | 'finishing' | 'stored' | 'failed';

export interface ClassicUploadReply {
  readonly message: 'Upload complete!';
  readonly key: string;
  readonly files: readonly { readonly name: string; readonly size: number }[];
}

interface Route {
  readonly params?: readonly string[];
  readonly query?: object;
  readonly body?: object;
  readonly reply: object | null;
}

/** Every JSON route: 'METHOD /path' → parameters in the path, query, JSON body, reply. (`POST /api/uploads` takes a form.) */
export interface Api {
  'GET /api/uploads': { readonly query: QueueQuery; readonly reply: QueueReply };
  'POST /api/uploads': { readonly reply: SendReply };
  'GET /api/uploads/:id': { readonly params: readonly ['id']; readonly reply: UploadRecord };
  /** Cancels what is on its way; drops what has ended from the list. A stored file stays where it is. */
  'DELETE /api/uploads/:id': { readonly params: readonly ['id']; readonly reply: null };
  /** Announces files before they are sent, so that both sides see them as `waiting`. Announcing an ended id again readies a retry. */
  'POST /api/batches': { readonly body: BatchBody; readonly reply: BatchReply };
  /** What arrived here, also in earlier runs; a guest sees its own. */
  'GET /api/history': { readonly query: HistoryQuery; readonly reply: HistoryReply };
  /** Empties the list; files stay where they are. For the owner. */
  'DELETE /api/history': { readonly reply: null };
  /** Takes one upload off the list; its file stays. For the owner. */
  'DELETE /api/history/:id': { readonly params: readonly ['id']; readonly reply: null };
  /** Who was let in, and who asks to send. For the owner, as are the next three; on the side for other devices there is no such address. */
  'GET /api/devices': { readonly reply: DevicesReply };
  'POST /api/devices/:id': { readonly params: readonly ['id']; readonly body: DeviceBody; readonly reply: null };
  /** Ends its access at once: its tokens count no more, what it is sending ends. One whose access has ended leaves the list, unless it is kept out. */
  'DELETE /api/devices/:id': { readonly params: readonly ['id']; readonly reply: null };
  'POST /api/questions/:id': { readonly params: readonly ['id']; readonly body: AnswerBody; readonly reply: null };
  'GET /api/server': { readonly reply: ServerReply };
  'POST /api/session': { readonly body: SessionBody; readonly reply: SessionReply };
  /** For anybody: worth something only to who knows the token. Pages of this server's other addresses may read it. */
  'GET /api/proof': { readonly query: ProofQuery; readonly reply: ProofReply };
  'GET /healthz': { readonly reply: HealthReply };
}

export type RouteName = keyof Api;

/** Compile-time proof that the table above is well formed. */
export type CheckedApi = Api extends Record<RouteName, Route> ? Api : never;
