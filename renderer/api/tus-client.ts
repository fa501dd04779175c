import { FILE_DIGEST_HEADER, UPLOAD_COMPLETE_HEADER } from '../../server/contracts/api.ts';
import { DUPLICATES_FIELD, type DuplicatePolicy } from '../../server/contracts/duplicates.ts';
import type { FileDigest } from '../../server/contracts/upload.ts';
import { ApiFailure, reportOf, ServerUnreachable, type NoticedCode } from './api-failure.ts';
import { withDeadline } from './deadline.ts';
import { exchange, failureOf, type Exchanged } from './exchange.ts';
import type { ApiFetch, ApiInit } from './platform.ts';
import { reprDigest } from './repr-digest.ts';
import { encodeMetadata, readBytesHeader } from './tus-headers.ts';

/** Longer than the server waits until an older connection lets go of an upload (5 s). */
const QUESTION_TIMEOUT_MS = 25_000;

/** What a HEAD says by its status alone: it has no body, so no code (RFC 9110, section 9.3.2). */
const FAILURE_OF_STATUS: Readonly<Record<number, NoticedCode>> = {
  401: 'TOKEN_INVALID', 404: 'UPLOAD_NOT_FOUND', 408: 'REQUEST_TIMEOUT', 410: 'UPLOAD_EXPIRED', 421: 'HOST_NOT_ALLOWED', 423: 'UPLOAD_LOCKED',
  429: 'TOO_MANY_UPLOADS', 503: 'STORAGE_UNAVAILABLE',
};

/** How far an upload is on the server. */
export interface TusStanding {
  /** Bytes on its disk. */
  readonly offset: number;
  /** All is there, and checked and published: an upload that is merely complete still has a time at which it expires. */
  readonly stored: boolean;
}

export interface TusCreation {
  readonly id: string;
  readonly batch: string;
  readonly name: string;
  /** With `/` between the parts; empty when there is none. */
  readonly folder: string;
  /** Bytes. */
  readonly size: number;
  /** For a name that exists already; undefined: what is usual on the server. */
  readonly duplicates: DuplicatePolicy | undefined;
}

/** Bytes of an upload, and how they go out. */
export interface TusPiece {
  /** Where they belong. */
  readonly offset: number;
  readonly bytes: Blob;
  /** Hash of the whole file; only the piece that brings the last bytes need say it. */
  readonly digest: FileDigest | null;
  /** Another piece follows, though it may be empty: the upload is not stored before that. */
  readonly holds: boolean;
  readonly signal: AbortSignal;
  /** Told how many bytes of the piece have left. */
  readonly sent: (bytes: number) => void;
}

/** Uploads in pieces, over the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload). All methods @throws as Client.call */
export interface TusClient {
  /** Makes an upload under its announced id, or finds the one that is there. */
  create(creation: TusCreation, signal: AbortSignal): Promise<TusStanding>;
  /** Where an upload stands; an older connection that still hangs lets go of it. */
  standing(id: string, signal: AbortSignal): Promise<TusStanding>;
  /** Adds bytes. There is no deadline: how long it takes is up to the line. */
  append(id: string, piece: TusPiece): Promise<TusStanding>;
}

interface TusInit extends ApiInit {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export function createTusClient(apiFetch: ApiFetch): TusClient {
  async function ask(path: string, init: TusInit): Promise<TusStanding> {
    const answer = await exchange(apiFetch, path, { ...init, headers: { 'Tus-Resumable': '1.0.0', ...init.headers } });
    const offset = readBytesHeader(answer.response.headers, 'Upload-Offset');
    if (answer.response.ok && offset !== null) return { offset, stored: !answer.response.headers.has('Upload-Expires') };
    throw init.method === 'HEAD' ? failureOfStatus(answer) : failureOf(answer);
  }

  async function askInTime(path: string, method: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<TusStanding> {
    const deadline = withDeadline(QUESTION_TIMEOUT_MS, signal);
    return ask(path, { method, headers, signal: deadline.signal }).finally(deadline.done);
  }

  return {
    async create({ id, batch, name, folder, size, duplicates }, signal) {
      const metadata = encodeMetadata({ filename: name, id, batch, ...(folder === '' ? {} : { folder }), ...(duplicates === undefined ? {} : { [DUPLICATES_FIELD]: duplicates }) });
      return askInTime('/api/tus', 'POST', { 'Upload-Length': String(size), 'Upload-Metadata': metadata }, signal);
    },
    async standing(id, signal) {
      return askInTime(pathOf(id), 'HEAD', {}, signal);
    },
    async append(id, { offset, bytes, digest, holds, signal, sent }) {
      const headers = {
        'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream',
        ...(digest === null ? {} : { [FILE_DIGEST_HEADER]: reprDigest(digest) }),
        ...(holds ? { [UPLOAD_COMPLETE_HEADER]: '?0' } : {}),
      };
      return ask(pathOf(id), { method: 'PATCH', headers, body: bytes, signal, sent });
    },
  };
}

function pathOf(id: string): string {
  return `/api/tus/${encodeURIComponent(id)}`;
}

function failureOfStatus(answer: Exchanged): ApiFailure | ServerUnreachable {
  const failure = failureOf(answer);
  if (failure instanceof ServerUnreachable) return failure;
  const { status, report, retryAfterMs } = failure;
  const code = FAILURE_OF_STATUS[status];
  return new ApiFailure(status, code === undefined ? report : reportOf(code), retryAfterMs);
}
