import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCli } from '../../helpers/cli.ts';
import { listTree, STAGING_NAME } from '../../helpers/disk.ts';
import { announced, buildAnnouncedForm } from '../../helpers/multipart.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { underInjection } from '../../helpers/strace.ts';
import { isSkipped } from '../../helpers/tools.ts';
import { startUpload } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';

/** As eCryptfs, under encrypted homes and shares. */
const MOST_BYTES = 143;
const LONG = '第'.repeat(80);

/** Every look at a longer name in staging says that it is too long. */
function shortNamesIn(folder: string): readonly string[] {
  const tooLong = Array.from({ length: 255 - MOST_BYTES }, (_, more) => join(folder, STAGING_NAME, 'x'.repeat(MOST_BYTES + 1 + more)));
  return underInjection(...tooLong.flatMap((path) => ['-P', path]), '-e', 'trace=statx,lstat,newfstatat', '-e', 'inject=statx,lstat,newfstatat:error=ENAMETOOLONG');
}

describe.skipIf(isSkipped('strace'))('an upload folder on a disk that takes names of 143 bytes', () => {
  test('B12: says before the first byte what a longer name will be, stores it so by every road, and replaces no other that was cut to the same', async () => {
    const folder = await makeUploadFolder();
    const { guest } = await startCli({ folder, args: ['--duplicates', 'replace'], under: shortNamesIn(folder) });
    const cut = '第'.repeat(41);
    const inFolder = '第'.repeat(42);

    const told = await guest.announce([{ id: 'film', name: `${LONG}.mov`, size: 4 }, { id: 'photo', name: 'photo.jpg', folder: LONG, size: 4 }]);
    expect(told.uploads).toMatchObject([
      { state: 'waiting', name: `${cut}.mov`, originalName: `${LONG}.mov` },
      { state: 'waiting', name: 'photo.jpg', path: `${inFolder}/photo.jpg` },
    ]);
    const form = buildAnnouncedForm([announced(`${LONG}.mov`, 'film', { id: 'film' }), announced('photo.jpg', 'shot', { id: 'photo', folder: LONG })]);
    expect((await guest.send(form)).uploads).toMatchObject([{ state: 'stored', path: `${cut}.mov` }, { state: 'stored', path: `${inFolder}/photo.jpg` }]);

    const content = sampleBytes(1000);
    const id = await startUpload(guest, content, content.length, { filename: `${LONG} the second part.mov` });
    expect(await guest.record(id)).toMatchObject({ state: 'stored', path: `${cut} (1).mov` });
    const again = buildAnnouncedForm([announced('photo.jpg', 'another', { folder: `${LONG} in winter` })]);
    expect((await guest.send(again)).uploads).toMatchObject([{ state: 'stored', path: `${inFolder}/photo (1).jpg` }]);
    expect((await listTree(folder)).size).toBe(4);
  });
});
