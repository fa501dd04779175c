import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import type { Application } from './application.ts';
import { waitForUpload } from './desktop-probe.ts';
import { listStaging } from './disk.ts';
import { makeSparseFile } from './sparse-file.ts';
import { waitUntil } from './wait-until.ts';

/** Name of the one large file that a test sends. */
const FILM = 'film.mov';

/** Bytes on disk of resumable uploads that are not stored. */
export async function partBytes(app: Application): Promise<number> {
  return (await listStaging(app.uploadFolder)).filter(({ name }) => name.endsWith('.part')).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/**
 * Drops `film.mov`, and resolves when some of it has arrived, long before all, and the app has noted that it is to be sent.
 * @param content a number: a sparse file of so many bytes
 */
export async function sendFilm(app: Application, content: Buffer | number): Promise<UploadRecord> {
  if (typeof content === 'number') await makeSparseFile(app.inTemp(FILM), content);
  else await writeFile(app.inTemp(FILM), content);
  await app.drop([app.inTemp(FILM)]);
  const record = await waitForUpload(app.window, FILM, 'receiving');
  await waitUntil('some of it to be on disk', async () => (await partBytes(app)) > 0, 20_000);
  await waitUntil('it to be remembered', async () => (await readFile(path.join(app.userData, 'unfinished.json'), 'utf8').catch(() => '')).includes(record.id));
  return record;
}
