import { randomUUID } from 'node:crypto';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { DUPLICATES_FIELD } from '../../contracts/duplicates.ts';
import type { Caller } from '../../access/access.ts';
import { Failure } from '../../failure.ts';
import { joinSignals } from '../../uploads/join-signals.ts';
import { isFileDigest } from '../../uploads/hash/file-digest.ts';
import type { AppendOrder } from '../../uploads/resumable/append-order.ts';
import { CHECKSUM_ALGORITHMS } from '../../uploads/resumable/append-stream.ts';
import type { Standing } from '../../uploads/resumable/standing.ts';
import type { UploadService } from '../../uploads/upload-service.ts';
import { callerOf } from '../gate.ts';
import { isProgressKey } from '../read-files.ts';
import { announcedBytes, inviteBody } from '../request-body.ts';
import type { RequestLimits } from '../request-limits.ts';
import { watchForStall } from '../stall-timer.ts';
import { readFileDigest, readHolds, readUploadChecksum, readUploadLength, readUploadMetadata, readUploadOffset, TUS_VERSION } from './tus-headers.ts';

const BASE = '/api/tus';
const CHUNK_TYPE = 'application/offset+octet-stream';

/**
 * The tus resumable upload protocol, version 1.0.0, with its extensions creation, creation-with-upload, termination, expiration and
 * checksum (https://tus.io/protocols/resumable-upload).
 */
export function tusRoutes(limits: RequestLimits, maxFileBytes: number | null): Router {
  const { service } = limits;
  const router = Router();

  router.use(BASE, tusVersion);

  router.options([BASE, `${BASE}/:id`], (_request, response) => {
    response.set({
      'Tus-Version': TUS_VERSION,
      'Tus-Extension': 'creation,creation-with-upload,termination,expiration,checksum',
      'Tus-Checksum-Algorithm': CHECKSUM_ALGORITHMS.join(','),
      ...(maxFileBytes === null ? {} : { 'Tus-Max-Size': String(maxFileBytes) }),
    });
    response.status(204).end();
  });

  router.post(BASE, async (request, response) => {
    limits.stopping.throwIfAborted();
    const info = readCreation(request, service);
    const bytes = announcedBytes(request);
    const hasBody = typeof request.is(CHUNK_TYPE) === 'string' && bytes !== 0;
    await requireAsked(callerOf(request), info, limits);
    const created = await service.createResumable(info);
    // Bytes that come with a creation are the first ones: of an upload that has some already, they are not the next.
    const isNew = created.offset === 0 && created.expiresAtMs !== null;
    const now = hasBody && isNew ? await appendBody(request, response, { id: info.id, offset: 0, digest: undefined, holds: false }, limits) : created;
    response.set('Location', `${BASE}/${encodeURIComponent(info.id)}`);
    setStanding(response, now);
    response.status(201).end();
  });

  router.head(`${BASE}/:id`, async (request, response) => {
    const standing = await service.resumable.standing(request.params.id, callerOf(request).sender.id);
    setStanding(response, standing);
    response.set('Upload-Length', String(standing.size)).status(200).end();
  });

  router.patch(`${BASE}/:id`, async (request, response) => {
    limits.stopping.throwIfAborted();
    await requireAskedBefore(request, limits);
    if (request.get('Content-Type') !== CHUNK_TYPE) throw new Failure('UNSUPPORTED_MEDIA_TYPE');
    const place = { id: request.params.id, offset: readUploadOffset(request), digest: readFileDigest(request), holds: readHolds(request) };
    setStanding(response, await appendBody(request, response, place, limits));
    response.status(204).end();
  });

  router.delete(`${BASE}/:id`, async (request, response) => {
    await service.resumable.terminate(request.params.id, callerOf(request).sender.id);
    response.status(204).end();
  });

  return router;
}

/** Every answer names the version; every request but OPTIONS must. */
const tusVersion: RequestHandler = (request, response, next) => {
  response.set('Tus-Resumable', TUS_VERSION);
  if (request.method !== 'OPTIONS' && request.get('Tus-Resumable') !== TUS_VERSION) {
    response.set('Tus-Version', TUS_VERSION);
    throw new Failure('TUS_VERSION_UNSUPPORTED');
  }
  next();
};

function readCreation(request: Request, { duplicates: choice }: UploadService) {
  const { sender, isOwner } = callerOf(request);
  // A piece taken for a file would get a name in the folder, and the file would never be whole (tus 1.0, concatenation, which is not offered).
  if (request.get('Upload-Concat') !== undefined) throw new Failure('PIECES_UNSUPPORTED');
  const size = readUploadLength(request);
  const metadata = readUploadMetadata(request);
  const id = metadata.get('id') ?? randomUUID();
  const batch = metadata.get('batch') ?? id;
  if (!isProgressKey(id) || !isProgressKey(batch)) throw new Failure('PROGRESS_ID_INVALID');
  const path = metadata.get('relativePath') ?? '';
  const sha256 = metadata.get('sha256');
  const told = sha256 === undefined ? undefined : `sha-256:${sha256}`;
  if (told !== undefined && !isFileDigest(told)) throw new Failure('METADATA_INVALID');
  const digest = readFileDigest(request) ?? told;
  const duplicates = choice.read(metadata.get(DUPLICATES_FIELD), isOwner);
  return {
    id,
    batch,
    named: metadata.get('batch'),
    sender,
    size,
    rawName: metadata.get('filename') ?? metadata.get('name') ?? `upload-${id.slice(0, 8)}`,
    folder: metadata.get('folder') ?? path.slice(0, Math.max(0, path.lastIndexOf('/'))),
    ...(digest === undefined ? {} : { digest }),
    ...(duplicates === undefined ? {} : { duplicates }),
  };
}

/** Before it is created. What has begun already was counted then. */
async function requireAsked(caller: Caller, { id, named, batch, size }: ReturnType<typeof readCreation>, { asking, service }: RequestLimits): Promise<void> {
  if (!asking.concerns(caller)) return;
  // None of that id, or none that can be had now: then all of it is still to come.
  const hasBegun = await service.resumable.standing(id, caller.sender.id).then(() => true, () => false);
  asking.require(caller, named, size, hasBegun ? 0 : size);
  if (named === undefined) asking.extend(caller, batch);
}

/** Before bytes of it are taken. What is not known here is nobody's to be asked about. @throws as `standing`, too */
async function requireAskedBefore(request: Request<{ id: string }>, { asking, service }: RequestLimits): Promise<void> {
  const caller = callerOf(request);
  const { id } = request.params;
  if (!asking.concerns(caller)) return;
  const { size } = await service.resumable.standing(id, caller.sender.id);
  // One that has no record belongs to no batch, and is asked about by itself.
  const record = await service.find(id, caller.sender.id).catch(() => null);
  asking.require(caller, record?.batch, size, 0);
}

async function appendBody(request: Request, response: Response, place: Pick<AppendOrder, 'id' | 'offset' | 'digest' | 'holds'>, limits: RequestLimits): Promise<Standing> {
  const stalled = new AbortController();
  const { sender, ended } = callerOf(request);
  const checksum = readUploadChecksum(request);
  const leave = limits.slots.take();
  const stopWatching = watchForStall(request, limits.stallTimeoutMs, () => stalled.abort(new Failure('UPLOAD_STALLED')));
  const ending = joinSignals([stalled.signal, limits.stopping, ended]);
  try {
    return await limits.service.resumable.append({
      ...place,
      senderId: sender.id,
      length: announcedBytes(request),
      checksum,
      invite: () => inviteBody(request, response),
      stream: request,
      signal: ending.signal,
    });
  } catch (error) {
    // The client needs it to go on (tus 1.0 leaves it out of the 409; every client would have to ask).
    if (error instanceof Failure && error.offset !== undefined) response.set('Upload-Offset', String(error.offset));
    throw error;
  } finally {
    ending.release();
    stopWatching();
    leave();
  }
}

function setStanding(response: Response, { offset, expiresAtMs }: Standing): void {
  response.set('Upload-Offset', String(offset));
  if (expiresAtMs !== null) response.set('Upload-Expires', new Date(expiresAtMs).toUTCString());
}
