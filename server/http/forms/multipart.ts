import type { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import type { Readable } from 'node:stream';
import multer from 'multer';
import { MANIFEST_FIELD, MAX_FILES_PER_REQUEST, MAX_MANIFEST_BYTES } from '../../contracts/api.ts';
import { asFailure, Failure } from '../../failure.ts';
import type { FailureCode } from '../../contracts/failure.ts';

/** Larger than busboy's 64 KiB: fewer wake-ups for the same bytes. */
const BUFFER_BYTES = 1 << 20;

const MOST_FIELDS = 20;
const MOST_FIELD_BYTES = 1024;
const FIELD_NAME = /^[^[\]\p{Cc}]{1,200}$/u;
/** `files[]` is what PHP asks for and many a form and library sends; nothing is built of the name of a file's field. */
const FILE_FIELD_NAME = /^[^[\]\p{Cc}]{1,200}(?:\[\])?$/u;

const LIMITS = {
  fieldNameSize: 200,
  fieldSize: MAX_MANIFEST_BYTES,
  fields: MOST_FIELDS,
  files: MAX_FILES_PER_REQUEST,
  parts: MAX_FILES_PER_REQUEST + MOST_FIELDS,
  headerPairs: 32,
  // multer lets names like a[b][c] build objects, without bounds unless told otherwise (CVE-2026-5079).
  fieldNestingDepth: 0,
  fieldArrayIndexLimit: 0,
};

const MULTER_CODES: Readonly<Record<string, FailureCode>> = {
  LIMIT_PART_COUNT: 'TOO_MANY_PARTS',
  LIMIT_FILE_COUNT: 'TOO_MANY_FILES',
  LIMIT_FIELD_COUNT: 'TOO_MANY_FIELDS',
  LIMIT_FIELD_VALUE: 'FIELD_TOO_LARGE',
  LIMIT_FIELD_KEY: 'FIELD_NAME_INVALID',
  LIMIT_FIELD_NESTING: 'FIELD_NAME_INVALID',
  LIMIT_FIELD_ARRAY_INDEX: 'FIELD_NAME_INVALID',
  INVALID_FIELD_NAME: 'FIELD_NAME_INVALID',
  MISSING_FIELD_NAME: 'FIELD_NAME_MISSING',
};

/** busboy 1.x names its errors only by their text. */
const BUSBOY_MESSAGES: Readonly<Record<string, FailureCode>> = {
  'Multipart: Boundary not found': 'MULTIPART_BOUNDARY_MISSING',
  'Unexpected end of form': 'MULTIPART_TRUNCATED',
  'Unexpected end of file': 'MULTIPART_TRUNCATED',
  'Malformed part header': 'MULTIPART_HEADER_INVALID',
  'Request aborted': 'UPLOAD_ABORTED',
  'Request closed': 'UPLOAD_ABORTED',
};

export interface FilePart {
  /** As sent: with any path and any character. */
  readonly fileName: string;
  readonly stream: Readable;
}

/** What happens with the parts of a form, in their order. A Failure thrown ends the form. */
export interface FormHandler {
  onField(name: string, value: string): void;
  /** Resolves when the file has come to its end, well or not. */
  onFile(part: FilePart): Promise<void>;
}

/**
 * Reads a form, part by part, as its bytes arrive. Rejects as soon as something is wrong, without waiting for the rest as multer
 * by itself would (multer#344); what happens to the connection is then the caller's.
 * @param signal aborting ends it with the signal's reason
 * @throws Failure
 */
export function readForm(request: Request, response: Response, handler: FormHandler, signal: AbortSignal): Promise<void> {
  // Its connection went before anybody listened: multer would wait for ever.
  if (request.destroyed) return Promise.reject(new Failure('UPLOAD_ABORTED'));
  return new Promise((resolve, reject) => {
    let hasFailed = false;
    const fail = (error: unknown): void => {
      hasFailed = true;
      reject(formFailure(error));
    };
    const guarded = (job: () => void): void => {
      try {
        job();
      } catch (error) {
        fail(error);
      }
    };

    const storage: multer.StorageEngine = {
      _handleFile(_request, { fieldname, originalname, stream }, done) {
        guarded(() => requireFieldName(fieldname, FILE_FIELD_NAME));
        if (hasFailed) {
          // Parts that came in the same chunk as what was refused.
          stream.resume();
          done(null, {});
          return;
        }
        handler.onFile({ fileName: originalname, stream }).then(() => done(null, {}), fail);
      },
      _removeFile: (_request, _file, done) => done(null),
    };

    const streamHandler = (_request: unknown, busboy: EventEmitter & NodeJS.WritableStream): void => {
      busboy.on('field', (name: string | undefined, value: string) => guarded(() => takeField(name, value, handler)));
      busboy.on('error', fail);
      busboy.on('partsLimit', () => fail(new Failure('TOO_MANY_PARTS', { limit: LIMITS.parts })));
      busboy.on('filesLimit', () => fail(new Failure('TOO_MANY_FILES', { limit: LIMITS.files })));
      busboy.on('fieldsLimit', () => fail(new Failure('TOO_MANY_FIELDS', { limit: LIMITS.fields })));
      request.pipe(busboy);
    };

    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    const options = { storage, limits: LIMITS, preservePath: true, defParamCharset: 'utf8', highWaterMark: BUFFER_BYTES, fileHwm: BUFFER_BYTES, streamHandler };
    void multer(options).any()(request, response, (error?: unknown) => {
      if (error === undefined || error === null) resolve();
      else fail(error);
    });
  });
}

function takeField(name: string | undefined, value: string, handler: FormHandler): void {
  if (name === undefined) throw new Failure('FIELD_NAME_MISSING');
  requireFieldName(name, FIELD_NAME);
  const most = name === MANIFEST_FIELD ? MAX_MANIFEST_BYTES : MOST_FIELD_BYTES;
  if (Buffer.byteLength(value) > most) throw new Failure('FIELD_TOO_LARGE', { limit: most });
  handler.onField(name, value);
}

function requireFieldName(name: string | undefined, rule: RegExp): void {
  if (name === undefined) throw new Failure('FIELD_NAME_MISSING');
  if (!rule.test(name)) throw new Failure('FIELD_NAME_INVALID');
}

function formFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof multer.MulterError) return new Failure(MULTER_CODES[error.code] ?? 'MULTIPART_INVALID', { cause: error });
  const code = error instanceof Error ? BUSBOY_MESSAGES[error.message] : undefined;
  return code === undefined ? asFailure(error) : new Failure(code, { cause: error });
}
