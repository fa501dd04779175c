import { PROGRESS_ID_HEADER } from '../../../server/contracts/api.ts';
import { exchange } from './exchange.ts';
import type { ExchangeAnswer, SendTarget } from './exchange.ts';
import type { UploadForm } from './upload-form.ts';

/** Posts a form. Rejects as `exchange` does. */
export function sendForm(target: SendTarget, batch: string, form: UploadForm, signal: AbortSignal): Promise<ExchangeAnswer> {
  const headers = { 'content-type': form.contentType, 'content-length': form.contentLength, [PROGRESS_ID_HEADER]: batch };
  return exchange(target, { method: 'POST', path: '/api/uploads', headers, body: form.body }, signal);
}
