import { isObject } from '../helpers/http-answer.ts';
import { buildForm, file, manifest, type Form } from '../helpers/multipart.ts';
import { isNamed, type Job, type SentFile } from './plan-jobs.ts';
import { judgeStatus, parseAnswer, type SenderTools } from './sender.ts';
import { Lost } from './wire.ts';

/** Sends a job by forms, again and again, until the server has said of each file what became of it. */
export async function sendForm(job: Job, tools: SenderTools): Promise<void> {
  while (job.files.some(({ outcome }) => outcome === 'open')) {
    const why = await tryForm(job, tools);
    if (why !== null) await tools.again(why);
  }
}

/** Why it has to be sent again; null when it has not. */
async function tryForm(job: Job, tools: SenderTools): Promise<string | null> {
  const open = job.files.filter(({ outcome }) => outcome === 'open');
  const form = formOf(job, open);
  for (const each of open) each.attempts += 1;
  try {
    const path = job.road === 'classic' ? `/uploadfile?key=${open[0]?.id ?? ''}` : '/api/uploads';
    const { status, text } = await tools.wire.request('POST', path, { 'content-type': form.contentType }, form.body);
    judgeStatus(`a form (${job.road})`, status, text, tools);
    const reply = parseAnswer(text);
    if (job.road === 'classic') takeClassic(open, status, reply);
    else if (isObject(reply) && Array.isArray(reply['uploads'])) takeRecords(job, open, reply['uploads'], tools);
    return open.every(({ outcome }) => outcome !== 'open') ? null : `${job.road} ${status} ${text.slice(-400)}`;
  } catch (error) {
    if (error instanceof Lost) return error.message;
    throw error;
  }
}

function formOf(job: Job, files: readonly SentFile[]): Form {
  const parts = files.map(({ name, content }) => file(name, content));
  if (!isNamed(job.road)) return buildForm(parts);
  const told = files.map(({ id, name, folder, content, digest }) => ({ id, name, size: content.length, ...(folder === '' ? {} : { folder }), ...(digest === undefined ? {} : { digest }) }));
  return buildForm([manifest(told), ...parts]);
}

function takeClassic(files: readonly SentFile[], status: number, reply: unknown): void {
  const isStored = status === 200 && isObject(reply) && Array.isArray(reply['files']) && reply['files'].length === files.length;
  for (const each of isStored ? files : []) each.outcome = 'stored';
}

function takeRecords(job: Job, files: readonly SentFile[], records: readonly unknown[], tools: SenderTools): void {
  for (const [index, record] of records.entries()) {
    if (!isObject(record)) continue;
    const sent = isNamed(job.road) ? files.find(({ id }) => id === record['id']) : files[index];
    if (sent !== undefined) takeRecord(sent, record, tools);
  }
}

function takeRecord(sent: SentFile, { state, path, failure }: Readonly<Record<string, unknown>>, tools: SenderTools): void {
  const code = isObject(failure) ? failure['code'] : undefined;
  if (state === 'stored') {
    sent.outcome = 'stored';
    sent.path = typeof path === 'string' ? path : undefined;
    if (sent.isDigestWrong) tools.lose(`${sent.id} was stored, though its digest was wrong`);
  } else if (state === 'cancelled') sent.outcome = 'cancelled';
  else if (code === 'CHECKSUM_MISMATCH') {
    sent.outcome = 'refused';
    if (!sent.isDigestWrong) tools.lose(`${sent.id} was refused for a digest that was right`);
  }
}
