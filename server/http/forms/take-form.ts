import type { Request, Response } from 'express';
import type { Caller } from '../../access/access.ts';
import { PROGRESS_ID_HEADER } from '../../contracts/api.ts';
import { DUPLICATES_FIELD } from '../../contracts/duplicates.ts';
import { asFailure, Failure } from '../../failure.ts';
import { isProgressKey } from '../read-files.ts';
import { announcedBytes, inviteBody } from '../request-body.ts';
import type { RequestLimits } from '../request-limits.ts';
import { watchForStall } from '../stall-timer.ts';
import { Form, type FormOutcome } from './form.ts';
import { readForm } from './multipart.ts';

/** At least one character (RFC 2046, section 5.1.1). */
const BOUNDARY = /;\s*boundary=(?:"[^"]+"|[^\s";]+)/iu;

/**
 * Takes in a form. With a manifest, each file stands for itself and is published as soon as it is complete. Without one, nobody
 * could say later which of the files had arrived, so the form is the unit: they are published together when all of it is here.
 * @param keyFields text fields that may name the batch, besides X-Progress-ID in header and query
 * @throws Failure for what can be refused before the body
 */
export async function takeForm(request: Request, response: Response, caller: Caller, limits: RequestLimits, keyFields: readonly string[] = []): Promise<FormOutcome> {
  const { asking, service, slots, stallTimeoutMs, stopping } = limits;
  const totalBytes = requireAcceptable(request, limits);
  const key = keyOf(request);
  asking.require(caller, key, totalBytes);
  const leave = slots.take();
  try {
    const hold = totalBytes === null ? null : await service.holdRoom(totalBytes, caller.sender.id);
    try {
      const form = new Form({ service, caller, key, duplicates: request.query[DUPLICATES_FIELD], totalBytes, keyFields, hold, stopping });
      inviteBody(request, response);
      return await readAll(form, request, response, stallTimeoutMs);
    } finally {
      hold?.release();
    }
  } finally {
    leave();
  }
}

async function readAll(form: Form, request: Request, response: Response, stallTimeoutMs: number): Promise<FormOutcome> {
  const stopWatching = watchForStall(request, stallTimeoutMs, () => form.end(new Failure('UPLOAD_STALLED')));
  try {
    await readForm(request, response, form, form.signal);
    return await form.complete();
  } catch (error) {
    return await form.abandon(asFailure(error));
  } finally {
    stopWatching();
    form.leave();
  }
}

/** @returns bytes of the body, null when they are not announced */
function requireAcceptable(request: Request, { maxRequestBytes, stopping }: RequestLimits): number | null {
  stopping.throwIfAborted();
  if (!/^multipart\/form-data(?:;|$)/iu.test(request.headers['content-type'] ?? '')) throw new Failure('UNSUPPORTED_MEDIA_TYPE');
  if (!BOUNDARY.test(request.headers['content-type'] ?? '')) throw new Failure('MULTIPART_BOUNDARY_MISSING');
  const bytes = announcedBytes(request);
  if (bytes !== null && bytes > maxRequestBytes) throw new Failure('REQUEST_TOO_LARGE', { limit: maxRequestBytes });
  return bytes;
}

/** @throws Failure PROGRESS_ID_INVALID */
function keyOf(request: Request): string | undefined {
  const key = request.get(PROGRESS_ID_HEADER) ?? request.query[PROGRESS_ID_HEADER] ?? request.query['key'];
  if (key !== undefined && !isProgressKey(key)) throw new Failure('PROGRESS_ID_INVALID');
  return key;
}
