import { describe, expect, test } from 'vitest';
import { startCli } from '../../helpers/cli.ts';
import { listStaging, listTree } from '../../helpers/disk.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { underInjection } from '../../helpers/strace.ts';
import { isSkipped } from '../../helpers/tools.ts';
import { createTusClient, stagedPath, startUpload } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

const CONTENT = sampleBytes(100_000);
const HALF = 50_000;

describe.skipIf(isSkipped('strace'))('a disk that becomes read-only right after a file has got its name', () => {
  test('F7: the file is stored, once; what is left of it in staging goes when the disk lets it', async () => {
    const folder = await makeUploadFolder();
    const before = await startTestServer({ folder });
    const id = await startUpload(before.guest, CONTENT, HALF);
    await before.running.stop();
    const inject = ['-P', stagedPath(folder, id, 'part'), '-e', 'trace=unlink,unlinkat', '-e', 'inject=unlink,unlinkat:error=EROFS:when=1..2'];
    // One thread for the disk: strace counts the calls of each by itself.
    const server = await startCli({ folder, env: { UV_THREADPOOL_SIZE: '1' }, under: underInjection(...inject) });
    const tus = createTusClient(server.guest);
    expect((await tus.patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(204);
    expect(await server.guest.record(id)).toMatchObject({ state: 'stored' });
    expect((await listStaging(folder)).map(({ name }) => name.replace(/^.*\./u, '')).toSorted()).toEqual(['json', 'part']);
    await waitUntil('staging to be empty', async () => (await listStaging(folder)).length === 0);
    expect(await listTree(folder)).toEqual(new Map([['file.bin', sha256(CONTENT)]]));
    expect((await tus.patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(409);
    expect(await listTree(folder)).toEqual(new Map([['file.bin', sha256(CONTENT)]]));
  });
});
