import { Router } from 'express';
import type { HealthReply } from '../contracts/api.ts';
import { isLoopback } from '../lan-address.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import { clientAddress } from './client-address.ts';

/**
 * For supervisors. From this machine it needs no token, because they rarely can send one; it tells nothing but two words. From
 * elsewhere it stands behind the gate like everything else.
 */
export function healthRoute(service: UploadService): Router {
  const router = Router();
  router.get('/healthz', (request, response, next) => {
    if (request.headers.authorization === undefined && !isLoopback(clientAddress(request) ?? '')) next();
    else response.json(healthOf(service));
  });
  return router;
}

/** Uploads go on without the cache, so degraded is still 200. */
export function healthOf(service: UploadService): HealthReply {
  const cache = service.cacheHealth();
  return { status: cache, cache };
}
