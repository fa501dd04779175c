import { MANIFEST_FIELD } from '../../server/contracts/api.ts';
import type { Manifest, UploadRecord } from '../../server/contracts/upload.ts';
import type { Client } from '../api/client.ts';
import { describeFile } from './announce.ts';
import type { PlannedRequest } from './plan-request.ts';

/**
 * One form: the manifest first, then the files in its order. File-backed parts are read by the browser as they go out, so
 * nothing is held in memory.
 * @returns the server's record of each file, by id
 * @throws as Client.sendForm
 */
export async function sendRequest(client: Client, request: PlannedRequest, signal: AbortSignal): Promise<ReadonlyMap<string, UploadRecord>> {
  const manifest: Manifest = { files: request.files.map(describeFile) };
  const form = new FormData();
  form.append(MANIFEST_FIELD, JSON.stringify(manifest));
  for (const { file } of request.files) form.append('file', file, file.name);
  const reply = await client.sendForm(form, request.batch, signal);
  return new Map(reply.uploads.map((record) => [record.id, record]));
}
