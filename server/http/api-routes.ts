import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import type { Access } from '../access/access.ts';
import type { Asking } from '../access/asking.ts';
import { MAX_FILES_PER_REQUEST, MAX_MANIFEST_BYTES, type Api, type ServerReply } from '../contracts/api.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { VERSION } from '../version.ts';
import { answerForm } from './forms/form-answer.ts';
import { takeForm } from './forms/take-form.ts';
import { callerOf, credentialsOf, visibleTo } from './gate.ts';
import { jsonBody, objectBody } from './json-body.ts';
import { isProgressKey, readFiles } from './read-files.ts';
import type { RequestLimits } from './request-limits.ts';

/** What one listener tells about itself. */
export interface ServerFacts {
  readonly name: string;
  /** Bytes; null when only the disk is the limit. */
  readonly maxFileBytes: number | null;
  readonly maxRequestBytes: number | null;
  readonly addresses: () => readonly string[];
  readonly isLan: boolean;
  /** SHA-256 of the certificate, as browsers show it; null over plain HTTP. */
  readonly fingerprint: () => string | null;
}

/** What somebody may send who is not in yet. */
const MOST_SESSION_BYTES = 16_384;

/** The JSON API, but for polls (see `answer-poll.ts`); all behind the gate. */
export function apiRoutes(limits: RequestLimits, access: Access, facts: ServerFacts, log: Log): Router {
  const { service } = limits;
  const router = Router();

  router.post('/api/uploads', async (request, response) => {
    answerForm(request, response, await takeForm(request, response, callerOf(request), limits), log);
  });

  router.get('/api/uploads/:id', async (request, response) => {
    const reply: Api['GET /api/uploads/:id']['reply'] = await service.find(request.params.id, visibleTo(callerOf(request)));
    response.json(reply);
  });

  router.delete('/api/uploads/:id', async (request, response) => {
    await service.cancelOrDrop(request.params.id, visibleTo(callerOf(request)));
    response.status(204).end();
  });

  router.post('/api/batches', ...jsonBody(MAX_MANIFEST_BYTES), async (request, response) => {
    const { batch, files, duplicates } = objectBody(request);
    if (batch !== undefined && !isProgressKey(batch)) throw new Failure('PROGRESS_ID_INVALID');
    const key = batch ?? randomUUID();
    const caller = callerOf(request);
    const { sender, isOwner } = caller;
    const announced = readFiles(files);
    limits.asking.requireHeard(caller, key);
    const policy = service.duplicates.read(duplicates, isOwner);
    const reply: Api['POST /api/batches']['reply'] = { batch: key, ...(await service.announceAhead(sender, key, announced, policy)) };
    // Announced, so that the owner sees what it is about.
    limits.asking.requireTold(caller, key);
    response.status(201).json(reply);
  });

  router.get('/api/server', async (request, response) => {
    const isFolderThere = await service.isFolderThere();
    const reply: ServerReply = {
      name: facts.name,
      version: VERSION,
      limits: { maxFileBytes: facts.maxFileBytes, maxRequestBytes: facts.maxRequestBytes, maxFilesPerRequest: MAX_FILES_PER_REQUEST },
      freeBytes: isFolderThere ? await service.freeBytes() : null,
      folder: isFolderThere ? 'there' : 'away',
      addresses: facts.addresses(),
      fingerprint: facts.fingerprint(),
      on: { code: access.code() !== null, lan: facts.isLan, https: facts.fingerprint() !== null, cache: service.cacheHealth() },
      duplicates: { usual: service.duplicates.usual, allowed: service.duplicates.allowed(callerOf(request).isOwner) },
    };
    response.json(reply);
  });

  return router;
}

/** At least 128 bits, if drawn at random. */
const DEVICE_SECRET = /^[\w-]{32,128}$/u;

/** How a device comes by its token; the only API route before the gate's last door. */
export function sessionRoute(access: Access, asking: Asking, log: Log): Router {
  const router = Router();
  router.post('/api/session', ...jsonBody(MOST_SESSION_BYTES), async (request, response) => {
    const { code, device } = objectBody(request);
    if (code !== undefined && (typeof code !== 'string' || code.length > 128)) throw new Failure('BODY_INVALID');
    if (device !== undefined && (typeof device !== 'string' || !DEVICE_SECRET.test(device))) throw new Failure('BODY_INVALID');
    const reply: Api['POST /api/session']['reply'] = await access.startSession(code, device, credentialsOf(request));
    if (code !== undefined) asking.hearAgain(reply.sender.id);
    log('info', 'session:started', { sender: reply.sender.name, kind: reply.sender.kind });
    response.status(201).json(reply);
  });
  return router;
}
