import type { QueueReply } from '../contracts/api.ts';
import type { UploadRecord } from '../contracts/upload.ts';

/** A record never changes, another takes its place: all who watch it get the same text. */
const texts = new WeakMap<UploadRecord, string>();

/** The same as JSON.stringify, but each record is put into words once for all who ask. */
export function queueText(reply: QueueReply): string {
  if (reply.unchanged === true) return JSON.stringify(reply);
  const { revision, full, uploads, removed, totals } = reply;
  const rest = JSON.stringify({ revision, full, removed, totals });
  return `${rest.slice(0, -1)},"uploads":[${uploads.map(recordText).join(',')}]}`;
}

function recordText(record: UploadRecord): string {
  const known = texts.get(record);
  if (known !== undefined) return known;
  const text = JSON.stringify(record);
  texts.set(record, text);
  return text;
}
