import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCli, type CliServer } from '../../helpers/cli.ts';
import { listStaging, listTree, STAGING_NAME } from '../../helpers/disk.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { findTool, isSkipped } from '../../helpers/tools.ts';
import { createTusClient, offsetIn, stagedPath, startUpload } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';

const CONTENT = sampleBytes(100_000);
const HALF = 50_000;

/** A server on which calls with the bytes of one unfinished upload go wrong, and that upload. */
async function startHindered(...injections: readonly string[]): Promise<{ readonly server: CliServer; readonly folder: string; readonly id: string }> {
  const folder = await makeUploadFolder();
  const before = await startTestServer({ folder });
  const id = await startUpload(before.guest, CONTENT, HALF);
  await before.running.stop();
  const inject = ['-P', stagedPath(folder, id, 'part'), '-e', 'trace=link,linkat,rename,renameat,renameat2', ...injections.flatMap((each) => ['-e', `inject=${each}`])];
  // One thread for the disk: strace counts the calls of each by itself.
  const env = { UV_THREADPOOL_SIZE: '1' };
  const server = await startCli({ folder, env, under: [findTool('strace'), '-D', '-f', '-qq', '-o', '/dev/null', ...inject] });
  return { server, folder, id };
}

function sendRest({ guest }: Pick<CliServer, 'guest'>, id: string) {
  return createTusClient(guest).patch(id, HALF, CONTENT.subarray(HALF));
}

async function expectStoredOnce(folder: string): Promise<void> {
  expect([await listTree(folder), await listStaging(folder)]).toEqual([new Map([['file.bin', sha256(CONTENT)]]), []]);
}

describe.skipIf(isSkipped('strace'))('a new file that another program holds, as virus scanners do', () => {
  test('F15: gets its name as soon as it is let go', async () => {
    const { server, folder, id } = await startHindered('link,linkat:error=EBUSY:when=1..3');
    expect((await sendRest(server, id)).status).toBe(204);
    await expectStoredOnce(folder);
  });

  test('F15: where there are no hard links either', async () => {
    const { server, folder, id } = await startHindered('link,linkat:error=EPERM', 'rename,renameat,renameat2:error=EPERM:when=1..3');
    expect((await sendRest(server, id)).status).toBe(204);
    await expectStoredOnce(folder);
  });

  test('F15: that is not let go within 2 s is kept, and its sender told when to ask again', async () => {
    const { server, folder, id } = await startHindered('link,linkat:error=EBUSY');
    const answer = await sendRest(server, id);
    expectRefusal(answer, 503, 'STORAGE_UNAVAILABLE');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect([await listTree(folder), await server.guest.record(id)]).toMatchObject([new Map(), { state: 'interrupted', received: CONTENT.length }]);
    await server.child.kill();
    const after = await startTestServer({ folder });
    expect(offsetIn(await createTusClient(after.guest).head(id))).toBe(CONTENT.length);
    await expectStoredOnce(folder);
  });
});

describe.skipIf(isSkipped('strace'))('a server that is killed where there are no hard links, between reserving a name and giving it', () => {
  test('shows no empty file after its next start, and stores what it has; empty files of others stay', async () => {
    const { server, folder, id } = await startHindered('link,linkat:error=EPERM', 'rename,renameat,renameat2:signal=KILL');
    await writeFile(join(folder, 'empty.txt'), '');
    await expect(sendRest(server, id)).rejects.toThrow();
    await server.child.ended;
    // It was the very call.
    expect((await listTree(folder)).get('file.bin')).toBe(sha256(''));
    const after = await startTestServer({ folder });
    expect([...(await listTree(folder)).keys()]).toEqual(['empty.txt']);
    expect(offsetIn(await createTusClient(after.guest).head(id))).toBe(CONTENT.length);
    expect(await listTree(folder)).toEqual(new Map([['empty.txt', sha256('')], ['file.bin', sha256(CONTENT)]]));
    expect((await readdir(join(folder, STAGING_NAME))).filter((name) => name.endsWith('.naming'))).toEqual([]);
  });
});
