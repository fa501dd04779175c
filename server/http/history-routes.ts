import { Router, type Request } from 'express';
import { MAX_HISTORY_LIMIT, MAX_HISTORY_QUERY } from '../contracts/history.ts';
import type { Api } from '../contracts/api.ts';
import { Failure } from '../failure.ts';
import { isCursor, type HistoryWish } from '../uploads/history/history-page.ts';
import type { UploadService } from '../uploads/upload-service.ts';
import { callerOf, requireOwner, visibleTo } from './gate.ts';

/** What arrived, also in earlier runs. Everybody sees what is theirs; only the owner changes the list. */
export function historyRoutes(service: UploadService): Router {
  const router = Router();

  router.get('/api/history', async (request, response) => {
    const reply: Api['GET /api/history']['reply'] = await service.arrived.page({ ...readWish(request), senderId: visibleTo(callerOf(request)) });
    response.json(reply);
  });

  router.delete('/api/history', requireOwner, async (_request, response) => {
    await service.arrived.clear();
    response.status(204).end();
  });

  router.delete('/api/history/:id', requireOwner, async (request, response) => {
    await service.arrived.forget(String(request.params['id']));
    response.status(204).end();
  });

  return router;
}

function readWish({ query }: Request): Omit<HistoryWish, 'senderId'> {
  const { before, limit = String(MAX_HISTORY_LIMIT), q = '' } = query;
  if (before !== undefined && !(typeof before === 'string' && isCursor(before))) throw new Failure('QUERY_INVALID');
  if (typeof q !== 'string' || q.length > MAX_HISTORY_QUERY) throw new Failure('QUERY_INVALID', { limit: MAX_HISTORY_QUERY });
  if (typeof limit !== 'string' || !/^[1-9]\d{0,2}$/u.test(limit) || Number(limit) > MAX_HISTORY_LIMIT) throw new Failure('QUERY_INVALID', { limit: MAX_HISTORY_LIMIT });
  return { before, limit: Number(limit), words: q };
}
