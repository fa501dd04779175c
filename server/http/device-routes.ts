import { Router } from 'express';
import type { KnownDevice } from '../access/device-book.ts';
import { announcedBy, toldOf } from '../access/announced-by.ts';
import { coveredBytes } from '../access/allowances.ts';
import type { Asking } from '../access/asking.ts';
import type { Devices } from '../access/devices.ts';
import type { OpenQuestion } from '../access/open-questions.ts';
import type { Api } from '../contracts/api.ts';
import { ANSWERS, DEVICE_RIGHTS, type Answer, type Device, type DeviceRight, type Question } from '../contracts/devices.ts';
import { Failure } from '../failure.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import { jsonBody, objectBody } from './json-body.ts';
import { requireOwner } from './gate.ts';

const MOST_BODY_BYTES = 1024;
/** Enough to say what kind of files they are. */
const MOST_NAMES = 20;

/** Who was let in, and what becomes of them; for the owner alone. */
export function deviceRoutes(devices: Devices, asking: Asking, service: UploadService): Router {
  const router = Router();

  router.get('/api/devices', requireOwner, async (_request, response) => {
    const stored = await service.arrived.countBySender();
    const reply: Api['GET /api/devices']['reply'] = {
      devices: devices.all().map((device) => shown(device, stored.get(device.id) ?? 0)),
      asks: asking.isOn(),
      questions: asking.open().flatMap((question) => asked(question, devices, service)),
    };
    response.json(reply);
  });

  router.post('/api/devices/:id', requireOwner, ...jsonBody(MOST_BODY_BYTES), async (request, response) => {
    const { allowed } = objectBody(request);
    if (!isRight(allowed)) throw new Failure('BODY_INVALID');
    await devices.allow(String(request.params['id']), allowed);
    response.status(204).end();
  });

  router.delete('/api/devices/:id', requireOwner, async (request, response) => {
    await devices.end(String(request.params['id']));
    response.status(204).end();
  });

  router.post('/api/questions/:id', requireOwner, ...jsonBody(MOST_BODY_BYTES), async (request, response) => {
    const { answer } = objectBody(request);
    if (!isAnswer(answer)) throw new Failure('BODY_INVALID');
    await asking.answer(String(request.params['id']), answer);
    response.status(204).end();
  });

  return router;
}

function shown({ id, name, kind, firstSeenAtMs, lastSeenAtMs, allowed, isOut }: KnownDevice, storedFiles: number): Device {
  return { id, name, kind, firstSeenAtMs, lastSeenAtMs, allowed, hasAccess: isOut !== true, storedFiles };
}

function isRight(value: unknown): value is DeviceRight {
  return DEVICE_RIGHTS.some((right) => right === value);
}

function isAnswer(value: unknown): value is Answer {
  return ANSWERS.some((answer) => answer === value);
}

/** Nothing for a device that has left the list meanwhile. */
function asked({ id, deviceId, batches, bytes, askedAtMs }: OpenQuestion, devices: Devices, service: UploadService): readonly Question[] {
  const device = devices.get(deviceId);
  if (device === undefined) return [];
  const wanted = announcedBy(service, deviceId, batches);
  const told = toldOf(wanted);
  return [{
    id, askedAtMs,
    device: { id: deviceId, name: device.name, kind: device.kind },
    files: told.files,
    // A form is a little larger than its files; one that is much larger brings more than was told.
    bytes: told.files === 0 || (bytes ?? 0) > coveredBytes(told) ? bytes : told.bytes,
    names: wanted.slice(0, MOST_NAMES).map(({ name }) => name),
  }];
}
