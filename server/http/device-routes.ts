import { Router } from 'express';
import type { KnownDevice } from '../access/device-book.ts';
import type { Devices } from '../access/devices.ts';
import type { Api } from '../contracts/api.ts';
import { DEVICE_RIGHTS, type Device, type DeviceRight } from '../contracts/devices.ts';
import { Failure } from '../failure.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import { jsonBody, objectBody } from './json-body.ts';
import { requireOwner } from './gate.ts';

const MOST_BODY_BYTES = 1024;

/** Who was let in, and what becomes of them; for the owner alone. */
export function deviceRoutes(devices: Devices, service: UploadService): Router {
  const router = Router();

  router.get('/api/devices', requireOwner, async (_request, response) => {
    const stored = await service.arrived.countBySender();
    const reply: Api['GET /api/devices']['reply'] = { devices: devices.all().map((device) => shown(device, stored.get(device.id) ?? 0)) };
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

  return router;
}

function shown({ id, name, kind, firstSeenAtMs, lastSeenAtMs, allowed, isOut }: KnownDevice, storedFiles: number): Device {
  return { id, name, kind, firstSeenAtMs, lastSeenAtMs, allowed, hasAccess: isOut !== true, storedFiles };
}

function isRight(value: unknown): value is DeviceRight {
  return DEVICE_RIGHTS.some((right) => right === value);
}
