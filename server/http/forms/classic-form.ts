import { Router } from 'express';
import type { ClassicStatusReply, ClassicUploadReply } from '../../contracts/api.ts';
import type { Log } from '../../log.ts';
import type { ProgressEntry } from '../../uploads/progress/progress-entry.ts';
import { answerFailure } from '../answer-failure.ts';
import { failureOf } from './form-answer.ts';
import { callerOf } from '../gate.ts';
import { isProgressKey } from '../read-files.ts';
import type { RequestLimits } from '../request-limits.ts';
import { takeForm } from './take-form.ts';

/** Text fields of an old form that may carry its key, when they stand before the file. */
const KEY_FIELDS = ['key', 'X-Progress-ID'];

/**
 * The two endpoints of the tutorial that Slipway descends from: a form is sent with a key, and `upload_status?key=` is polled until
 * `uploaded` reaches `totalsize`. Old forms and scripts work unchanged.
 */
export function classicRoutes(limits: RequestLimits, log: Log): Router {
  const router = Router();

  router.post('/uploadfile', async (request, response) => {
    const outcome = await takeForm(request, response, callerOf(request), limits, KEY_FIELDS);
    const failure = failureOf(outcome);
    if (failure !== null) {
      answerFailure(request, response, failure, log, { fields: { uploads: outcome.uploads } });
      return;
    }
    const files = outcome.uploads.map(({ name, received }) => ({ name, size: received }));
    const reply: ClassicUploadReply = { message: 'Upload complete!', key: outcome.batch, files };
    response.json(reply);
  });

  // Always 200: the client polls before the server has seen the first byte, and takes anything else for the end.
  router.all('/upload_status', async (request, response) => {
    const { sender } = callerOf(request);
    const { key } = request.query;
    const answer = (reply: ClassicStatusReply): void => void response.json(reply);
    if (request.method !== 'GET') answer({ error: 'Ask with GET.' });
    else if (!isProgressKey(key)) answer({ error: 'Ask with the key of an upload.' });
    else {
      const entry = await limits.service.progress(key, sender.id);
      answer(entry === undefined ? { error: 'No upload with this key is known yet.' } : statusOf(entry));
    }
  });

  return router;
}

function statusOf(entry: ProgressEntry): ClassicStatusReply {
  if (entry.kind === 'batch') return { uploaded: entry.uploaded, totalsize: entry.totalsize, state: entry.state };
  const { received, size, state } = entry.record;
  return { uploaded: received, totalsize: size ?? received, state: classicState(state) };
}

function classicState(state: Extract<ProgressEntry, { kind: 'upload' }>['record']['state']): 'receiving' | 'finishing' | 'stored' | 'failed' {
  switch (state) {
    case 'waiting':
    case 'receiving':
    case 'interrupted':
      return 'receiving';
    case 'failed':
    case 'cancelled':
      return 'failed';
    case 'finishing':
    case 'stored':
      return state;
    default:
      return state satisfies never;
  }
}
