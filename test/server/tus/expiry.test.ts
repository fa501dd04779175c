import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listStaging, STAGING_NAME } from '../../helpers/disk.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';
import { createTusClient, offsetIn, openPatch, stagedPath, startUpload } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const CONTENT = sampleBytes(100_000);
const HALF = 50_000;
const KEEP_MS = 3_600_000;

async function age(path: string, ageMs = KEEP_MS + 1000): Promise<void> {
  const then = new Date(Date.now() - ageMs);
  await utimes(path, then, then);
}

describe('an unfinished upload that is too old', () => {
  test('E9: is gone; a finished one of the same age stays', async () => {
    const server = await startTestServer({ keepMs: KEEP_MS });
    const tus = createTusClient(server.guest);
    const old = await startUpload(server.guest, CONTENT, HALF, { filename: 'old.bin' });
    const disk = await watchDisk(server);
    const done = await startUpload(server.guest, CONTENT, CONTENT.length, { filename: 'done.bin' });
    await age(stagedPath(server.folder, old, 'part'));
    await age(join(server.folder, 'done.bin'));
    const answer = await tus.patch(old, HALF, CONTENT.subarray(HALF));
    expect([answer.status, readFailureCode(answer)]).toEqual([410, 'UPLOAD_EXPIRED']);
    expect((await tus.head(old)).status).toBe(410);
    expect(await server.guest.record(old)).toMatchObject({ state: 'failed', failure: { code: 'UPLOAD_EXPIRED' } });
    expect(offsetIn(await tus.head(done))).toBe(CONTENT.length);
    expect(await listStaging(server.folder)).toEqual([]);
    await disk.expectDone({ 'done.bin': CONTENT });
    // The id is free again.
    expect((await tus.create({ size: CONTENT.length, id: old })).status).toBe(201);
  });

  test('I5: is cleared while the server runs, though nobody asks; one whose bytes still come is not', async () => {
    const server = await startTestServer({ keepMs: 1000 });
    const tus = createTusClient(server.guest);
    const [left, live] = [await startUpload(server.guest, CONTENT, HALF), await startUpload(server.guest, CONTENT, HALF)];
    const patch = await openPatch(server, live, HALF, CONTENT.length);
    await patch.write(CONTENT.subarray(HALF, HALF + 1));
    await waitUntil('it to be receiving', async () => (await stat(stagedPath(server.folder, live, 'part'))).size > HALF);
    await Promise.all(['part', 'json'].flatMap((ending) => [left, live].map((id) => age(stagedPath(server.folder, id, ending === 'part' ? 'part' : 'json')))));
    await waitUntil('the old one to go', async () => !(await listStaging(server.folder)).some(({ sizeBytes }) => sizeBytes === HALF));
    await patch.write(CONTENT.subarray(HALF + 1));
    expect((await patch.answer).status).toBe(204);
    patch.socket.destroy();
    expect((await tus.head(left)).status).toBe(404);
  });

  test('H4, H12, E17: and all that was left behind by crashes goes at the next start; what is younger, and what is not ours, stays', async () => {
    const folder = await makeUploadFolder();
    const staging = join(folder, STAGING_NAME);
    await mkdir(join(staging, 'quarantine'), { recursive: true });
    const [old, young] = ['0'.repeat(32), '1'.repeat(32)];
    const leftovers = [`${old}.part`, `${'2'.repeat(32)}.json`, `${'3'.repeat(32)}.json.new`, `${'4'.repeat(32)}.lock`, `${'5'.repeat(32)}.lock.wanted`, 'quarantine/1-x.json'];
    const staying = [`${young}.part`, `${young}.json`, 'notes.txt', 'quarantine/2-x.json'];
    for (const name of [...leftovers, ...staying]) await writeFile(join(staging, name), '{');
    for (const name of [...leftovers, `${young}.json`, 'notes.txt']) await age(join(staging, name));
    await startTestServer({ folder, keepMs: KEEP_MS });
    expect((await readdir(staging, { recursive: true })).filter((name) => !/^(?:folder-|servers|access\.key)/u.test(name)).toSorted()).toEqual([...staying, 'quarantine'].toSorted());
  });
});
