import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROCESS_TAG } from '../../../server/uploads/folder/process-tag.ts';
import { openUploadFolder } from '../../../server/uploads/folder/upload-folder.ts';
import { startCli, type CliServer } from '../../helpers/cli.ts';
import { listStaging, listTree, STAGING_NAME } from '../../helpers/disk.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { underInjection } from '../../helpers/strace.ts';
import { findTool, isSkipped } from '../../helpers/tools.ts';
import { createTusClient, offsetIn, stagedPath, startUpload } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

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

async function intentsIn(folder: string): Promise<readonly string[]> {
  return (await readdir(join(folder, STAGING_NAME))).filter((name) => name.endsWith('.naming'));
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
    expect(await intentsIn(folder)).toEqual([]);
  });
});

describe.skipIf(isSkipped('strace'))('a disk that fails where there are no hard links, between reserving a name and giving it', () => {
  test('F4: shows no empty file as soon as it lets go of it; one that somebody put in its place stays', async () => {
    const folder = await makeUploadFolder();
    const before = await startTestServer({ folder });
    const names = ['ours.bin', 'theirs.bin'];
    const ids = await Promise.all(names.map((filename) => startUpload(before.guest, CONTENT, HALF, { filename })));
    await before.running.stop();
    // Of a rename, strace looks at the first path alone. The names themselves: as they are, and through the folder while it is open.
    const paths = [
      ...ids.map((id) => stagedPath(folder, id, 'part')),
      ...names.flatMap((name) => [join(folder, name), ...Array.from({ length: 100 }, (_, number) => `/proc/self/fd/${number}/${name}`)]),
    ];
    const inject = ['link,linkat:error=EPERM', 'rename,renameat,renameat2:error=EIO', 'unlink,unlinkat:error=EIO:when=1..2'].flatMap((each) => ['-e', `inject=${each}`]);
    const trace = ['-e', 'trace=link,linkat,rename,renameat,renameat2,unlink,unlinkat'];
    // One thread for the disk: strace counts the calls of each by itself.
    const server = await startCli({ folder, env: { UV_THREADPOOL_SIZE: '1' }, under: underInjection(...paths.flatMap((path) => ['-P', path]), ...trace, ...inject) });
    for (const id of ids) expectRefusal(await sendRest(server, id), 500, 'STORAGE_IO_ERROR');
    // Another file, which has an inode of its own.
    await writeFile(join(folder, 'new.bin'), '');
    await rename(join(folder, 'new.bin'), join(folder, 'theirs.bin'));
    await waitUntil('nothing to be remembered of either', async () => (await intentsIn(folder)).length === 0);
    expect(await listTree(folder)).toEqual(new Map([['theirs.bin', sha256('')]]));
  });
});

test('what a killed process reserved is still known after a start at which the disk did not say what is there', async () => {
  const folder = await makeUploadFolder();
  const staging = join(folder, STAGING_NAME);
  const gone = PROCESS_TAG.replace(/\.\d+\./u, `.${2 ** 30}.`);
  await mkdir(staging);
  await writeFile(join(staging, 'waiting.part'), CONTENT);
  const intent = (digit: number, staged: string, reserved: string): Promise<void> =>
    writeFile(join(staging, `${gone}.00000000-0000-4000-8000-00000000000${digit}.naming`), JSON.stringify({ staged, reserved }));
  await intent(1, 'waiting.part', 'Photos/film.mov');
  // No disk takes that name: it is not said that nothing has it.
  await intent(2, 'x'.repeat(5000), 'film.mov');
  await intent(3, 'waiting.part', 'third.mov');
  for (const name of ['film.mov', 'third.mov']) await writeFile(join(folder, name), '');
  // Leads nowhere, as a disk does that fails (ELOOP).
  await symlink('Photos', join(folder, 'Photos'));
  await openUploadFolder(folder);
  expect([(await intentsIn(folder)).length, [...(await listTree(folder)).keys()]]).toEqual([2, ['Photos', 'film.mov']]);
  await rm(join(folder, 'Photos'));
  await mkdir(join(folder, 'Photos'));
  await writeFile(join(folder, 'Photos', 'film.mov'), '');
  await openUploadFolder(folder);
  expect([(await intentsIn(folder)).length, await readdir(join(folder, 'Photos'))]).toEqual([1, []]);
});
