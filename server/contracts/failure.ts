/**
 * Every way in which Slipway says no, in one closed table. A failure's code is what programs branch on; the message is for
 * people and says what happened and, where it helps, what to do. No message names a path, a token or a library.
 */

interface FailureKind {
  /** HTTP status of an answer that carries this failure. */
  readonly status: number;
  /** True when sending the same thing again later can succeed. */
  readonly retryable: boolean;
  readonly message: string;
}

export const FAILURES = {
  // The request itself
  REQUEST_INVALID: { status: 400, retryable: false, message: 'This is not a valid HTTP request.' },
  BODY_INVALID: { status: 400, retryable: false, message: 'The body of the request could not be understood.' },
  BODY_TOO_LARGE: { status: 413, retryable: false, message: 'The body of the request is too large for this address.' },
  HEADERS_TOO_LARGE: { status: 431, retryable: false, message: 'The headers of the request are too large.' },
  REQUEST_TIMEOUT: { status: 408, retryable: true, message: 'The request took too long to arrive.' },
  TRANSFER_ENCODING_UNSUPPORTED: { status: 501, retryable: false, message: 'Only "chunked" transfer encoding is supported.' },
  CONTENT_ENCODING_UNSUPPORTED: { status: 415, retryable: false, message: 'Send the file as it is, without content encoding.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, retryable: false, message: 'This address does not take that kind of content.' },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, message: 'This address does not take that method.' },
  QUERY_INVALID: { status: 400, retryable: false, message: 'What stands behind the question mark of the address is not valid.' },
  NOT_FOUND: { status: 404, retryable: false, message: 'There is nothing at this address.' },

  // Who asks, and from where
  HTTPS_REQUIRED: { status: 426, retryable: false, message: 'This computer takes files over HTTPS only: write https:// in the address.' },
  HOST_NOT_ALLOWED: { status: 421, retryable: false, message: 'This server does not answer under that name.' },
  ORIGIN_NOT_ALLOWED: { status: 403, retryable: false, message: 'Requests from other web sites are not accepted.' },
  AUTH_REQUIRED: { status: 401, retryable: false, message: 'A code is needed to send files here.' },
  TOKEN_INVALID: { status: 401, retryable: false, message: 'This access is no longer valid. Enter the code again.' },
  TOKEN_EXPIRED: { status: 401, retryable: false, message: 'This access was for one day. Enter the code again.' },
  TOKEN_REVOKED: { status: 401, retryable: false, message: 'The owner of this computer ended the access of this device. What arrived stays. Ask for the code again.' },
  DEVICE_REFUSED: { status: 403, retryable: false, message: 'The owner of this computer takes nothing from this device.' },
  DEVICE_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such device.' },
  APPROVAL_NEEDED: { status: 403, retryable: true, message: 'The owner of this computer is asked first.' },
  APPROVAL_REFUSED: { status: 403, retryable: true, message: 'The owner of this computer said: not now.' },
  APPROVAL_UNANSWERED: { status: 403, retryable: true, message: 'The owner of this computer was asked and did not answer.' },
  QUESTION_NOT_FOUND: { status: 404, retryable: false, message: 'No such question.' },
  INVITATION_INVALID: { status: 401, retryable: false, message: 'This QR code is no longer valid. Scan the one that is shown now.' },
  CODE_INVALID: { status: 401, retryable: false, message: 'That code is not right.' },
  PIN_LOCKED: { status: 429, retryable: true, message: 'Too many wrong codes. Wait a little, then try again.' },
  TOO_MANY_UNKNOWN: { status: 429, retryable: true, message: 'Too many uploads were asked for that are not there. Wait a little, then try again.' },

  // Multipart
  MULTIPART_BOUNDARY_MISSING: { status: 400, retryable: false, message: 'The form has no boundary.' },
  MULTIPART_TRUNCATED: { status: 400, retryable: true, message: 'The form ended too early. What was incomplete was not stored.' },
  MULTIPART_HEADER_INVALID: { status: 400, retryable: false, message: 'A part of the form has an invalid header.' },
  MULTIPART_INVALID: { status: 400, retryable: false, message: 'The form could not be understood.' },
  FIELD_NAME_MISSING: { status: 400, retryable: false, message: 'A part of the form has no name.' },
  FIELD_NAME_INVALID: { status: 400, retryable: false, message: 'A part of the form has an invalid name.' },
  FIELD_TOO_LARGE: { status: 413, retryable: false, message: 'A field of the form is too large.' },
  TOO_MANY_FIELDS: { status: 413, retryable: false, message: 'The form has too many fields.' },
  TOO_MANY_PARTS: { status: 413, retryable: false, message: 'The form has too many parts.' },
  TOO_MANY_FILES: { status: 413, retryable: false, message: 'Too many files in one request.' },
  NO_FILES: { status: 400, retryable: false, message: 'The form holds no file.' },
  MANIFEST_INVALID: { status: 400, retryable: false, message: 'The list of announced files is not valid.' },
  DUPLICATES_INVALID: { status: 400, retryable: false, message: 'For names that exist already there is keep-both, skip-same and replace.' },
  DUPLICATES_NOT_ALLOWED: { status: 403, retryable: false, message: 'The owner of this computer decides what happens to names that exist already.' },
  PROGRESS_ID_INVALID: { status: 400, retryable: false, message: 'A progress key has 1 to 128 visible ASCII characters.' },

  // One file
  FILENAME_INVALID: { status: 422, retryable: false, message: 'The file has no usable name. It was not stored.' },
  PATH_TOO_DEEP: { status: 422, retryable: false, message: 'The file lies too many folders deep. It was not stored.' },
  PATH_TOO_LONG: { status: 422, retryable: false, message: 'The path of the file is too long. It was not stored.' },
  SIZE_MISMATCH: { status: 422, retryable: true, message: 'The file that arrived is not the size that was announced. It was not stored.' },
  FILE_CHANGED: { status: 409, retryable: true, message: 'The file changed while it was being sent. It was not stored.' },
  FILE_UNREADABLE: { status: 422, retryable: true, message: 'The file could not be read. It was not sent.' },
  UPLOAD_ID_IN_USE: { status: 409, retryable: true, message: 'An upload with this id is under way.' },
  UPLOAD_NOT_FOUND: { status: 404, retryable: false, message: 'There is no such upload.' },
  UPLOAD_STALLED: { status: 408, retryable: true, message: 'No data arrived for too long. The file was not stored.' },
  UPLOAD_ABORTED: { status: 400, retryable: true, message: 'The connection ended before the whole file had arrived. It was not stored.' },
  UPLOAD_LENGTH_INVALID: { status: 400, retryable: false, message: 'The announced length is not a whole number of bytes.' },
  UPLOAD_OFFSET_INVALID: { status: 400, retryable: false, message: 'The offset is missing or not a whole number of bytes.' },
  UPLOAD_OFFSET_CONFLICT: { status: 409, retryable: true, message: 'The upload goes on at another offset.' },
  UPLOAD_SIZE_EXCEEDED: { status: 413, retryable: false, message: 'This is more than was announced for the upload.' },
  UPLOAD_LOCKED: { status: 423, retryable: true, message: 'Another connection is sending this upload.' },
  UPLOAD_EXPIRED: { status: 410, retryable: false, message: 'The upload was unfinished for too long and was given up.' },
  UPLOAD_STATE_LOST: { status: 410, retryable: false, message: 'What had arrived of the upload was lost. Send it again.' },
  ALREADY_COMPLETE: { status: 403, retryable: false, message: 'The upload has arrived. The stored file stays.' },
  PIECES_UNSUPPORTED: { status: 400, retryable: false, message: 'Send the file as one upload: pieces that are sent side by side are not put together here.' },
  METADATA_INVALID: { status: 400, retryable: false, message: 'The description of the upload could not be understood.' },
  CHECKSUM_UNSUPPORTED: { status: 400, retryable: false, message: 'The checksum is malformed, or of a kind that is not supported.' },
  CHECKSUM_MISMATCH: { status: 460, retryable: true, message: 'The bytes that arrived are not those that were sent. They were not kept.' },
  TUS_VERSION_UNSUPPORTED: { status: 412, retryable: false, message: 'Only version 1.0.0 of the tus protocol is supported.' },
  SENDER_GONE: { status: 410, retryable: true, message: 'The sender went away before this file was sent.' },
  CANCELLED: { status: 409, retryable: true, message: 'The upload was cancelled. Nothing of it was stored.' },

  // Limits
  REQUEST_TOO_LARGE: { status: 413, retryable: false, message: 'This is larger than the server accepts.' },
  FILE_TOO_LARGE: { status: 413, retryable: false, message: 'The file is larger than the server accepts. It was not stored.' },
  FILE_TOO_LARGE_FOR_DISK: { status: 413, retryable: false, message: 'The disk of the receiving computer cannot hold files over 4 GB. It was not stored.' },
  TOO_MANY_UPLOADS: { status: 429, retryable: true, message: 'Too many uploads at the same time. Try again in a moment.' },
  INSUFFICIENT_STORAGE: { status: 507, retryable: true, message: 'There is not enough free space on the receiving computer.' },
  QUOTA_EXCEEDED: { status: 507, retryable: true, message: 'The upload folder has reached the size that its owner set for it.' },

  // The receiving side
  STORAGE_IO_ERROR: { status: 500, retryable: false, message: 'The disk of the receiving computer reported an error. The file was not stored.' },
  STORAGE_UNAVAILABLE: { status: 503, retryable: true, message: 'The upload folder cannot be written to at the moment.' },
  SHUTTING_DOWN: { status: 503, retryable: true, message: 'The server is stopping. Try again when it is back.' },
  INTERNAL: { status: 500, retryable: true, message: 'Something went wrong on the receiving computer.' },

  // Starting up; never sent over HTTP, the status is what would fit
  CONFIG_INVALID: { status: 500, retryable: false, message: 'A setting is not valid.' },
  CONFIG_DEST_NOT_WRITABLE: { status: 500, retryable: false, message: 'The upload folder cannot be written to.' },
  CONFIG_STAGING_CROSS_DEVICE: { status: 500, retryable: false, message: 'The hidden folder for unfinished files lies on another disk than the upload folder.' },
  PORT_IN_USE: { status: 500, retryable: true, message: 'Another program already uses this port.' },
  ADDRESS_NOT_AVAILABLE: { status: 500, retryable: false, message: 'This computer does not have that address.' },
} as const satisfies Readonly<Record<string, FailureKind>>;

export type FailureCode = keyof typeof FAILURES;

/** A failure as it stands in a record or inside an error answer. */
export interface FailureReport {
  readonly code: FailureCode;
  readonly message: string;
  readonly retryable: boolean;
  /** The limit that was passed, where there is one: bytes or a count, as the code says. */
  readonly limit?: number;
}

/** The one envelope of every error answer. */
export interface ErrorReply {
  readonly error: FailureReport & {
    /** Stands in the server's log beside what happened. */
    readonly requestId: string;
  };
}
