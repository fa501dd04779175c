import { FILE_DIGEST_HEADER } from '../../server/contracts/api.ts';
import type { HttpAnswer } from '../helpers/http-answer.ts';
import { CHUNK_TYPE, encodeMetadata, offsetIn, TUS_PATH } from '../helpers/tus.ts';
import type { Job, SentFile } from './plan-jobs.ts';
import { judgeStatus, type SenderTools } from './sender.ts';
import { Lost } from './wire.ts';

const VERSION = { 'tus-resumable': '1.0.0' };

/** What a sender knows of its upload. */
interface Course {
  /** The server said that it has the upload. */
  isCreated: boolean;
  /** Where to go on; null: ask. */
  offset: number | null;
  /** Bytes of which the server said that it has them. */
  floor: number;
}

/** Sends a file in pieces and resumes, until the server has said that all of it is there. */
export async function sendResumable(job: Job, file: SentFile, tools: SenderTools): Promise<void> {
  const course: Course = { isCreated: false, offset: null, floor: 0 };
  file.attempts = 1;
  while (file.outcome === 'open') {
    try {
      const answer = await ask(job, file, course, tools);
      judgeStatus(`tus at ${course.offset ?? 'an unknown offset'}`, answer.status, answer.text, tools);
      if (!take(file, course, answer, tools)) await tools.again(`${job.road} ${answer.status} ${answer.text.slice(-400)}`);
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      course.offset = null;
      await tools.again(error.message);
    }
  }
}

function ask(job: Job, file: SentFile, course: Course, { wire }: SenderTools): Promise<HttpAnswer> {
  const { content, id } = file;
  const path = `${TUS_PATH}/${encodeURIComponent(id)}`;
  if (!course.isCreated) {
    const metadata = encodeMetadata({ id, filename: file.name, ...(file.folder === '' ? {} : { folder: file.folder }) });
    const headers = { ...VERSION, 'upload-length': String(content.length), 'upload-metadata': metadata, ...digestHeader(file) };
    if (job.road === 'tus' || content.length === 0) return wire.request('POST', TUS_PATH, headers);
    return wire.request('POST', TUS_PATH, { ...headers, 'content-type': CHUNK_TYPE }, content.subarray(0, job.pieceBytes));
  }
  if (course.offset === null) return wire.request('HEAD', path, VERSION);
  const piece = content.subarray(course.offset, course.offset + job.pieceBytes);
  return wire.request('PATCH', path, { ...VERSION, 'content-type': CHUNK_TYPE, 'upload-offset': String(course.offset) }, piece);
}

/** False when it makes no sense to go on at once. */
function take(file: SentFile, course: Course, answer: HttpAnswer, { lose }: SenderTools): boolean {
  const { status } = answer;
  const offset = offsetIn(answer);
  if (status === 200 || status === 201 || status === 204) {
    if (!Number.isInteger(offset) || offset < course.floor) lose(`${file.id} stands at ${offset}, after ${course.floor} had been acknowledged`);
    if (offset === file.content.length) end(file, lose);
    Object.assign(course, { isCreated: true, offset, floor: Math.max(course.floor, offset) });
    return true;
  }
  course.offset = null;
  if (status === 460) {
    file.outcome = 'refused';
    if (!file.isDigestWrong) lose(`${file.id} was refused for a digest that was right`);
  } else if (status === 409 && !course.isCreated && answer.text.includes('"CANCELLED"')) file.outcome = 'cancelled';
  else if (status === 404 || status === 410) {
    if (file.isCancelling) file.outcome = 'cancelled';
    else if (course.isCreated && !file.isDigestWrong) lose(`${file.id} was acknowledged up to ${course.floor}, and is unknown now (${status})`);
    Object.assign(course, { isCreated: false, floor: 0 });
    return true;
  }
  return status === 409 && file.outcome === 'open' ? answer.headers['upload-offset'] !== undefined : file.outcome !== 'open';
}

function end(file: SentFile, lose: (what: string) => void): void {
  file.outcome = 'stored';
  if (file.isDigestWrong) lose(`${file.id} was stored, though its digest was wrong`);
}

function digestHeader({ digest }: SentFile): Readonly<Record<string, string>> {
  if (digest === undefined) return {};
  const [algorithm = '', hex = ''] = digest.split(':');
  return { [FILE_DIGEST_HEADER]: `${algorithm}=:${Buffer.from(hex, 'hex').toString('base64')}:` };
}
