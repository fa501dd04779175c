import { describe, expect, test } from 'vitest';
import { startCli } from '../../helpers/cli.ts';
import { listStaging, listTree } from '../../helpers/disk.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { announced, buildAnnouncedForm } from '../../helpers/multipart.ts';
import { sha256 } from '../../helpers/sample-bytes.ts';
import { underInjection } from '../../helpers/strace.ts';
import { isSkipped } from '../../helpers/tools.ts';
import { createTusClient } from '../../helpers/tus.ts';

const MOST_BYTES = 2 ** 32 - 1;
/** The first eight bytes of what statfs answers, the kind of the file system: MSDOS_SUPER_MAGIC. */
const IS_FAT = 'inject=statfs:poke_exit=@arg2=444d000000000000';

describe.skipIf(isSkipped('strace'))('an upload folder on a FAT disk', () => {
  test('says before the first byte, by every road, that it holds no file over 4 GB', async () => {
    const server = await startCli({ under: underInjection('-e', 'trace=statfs', '-e', IS_FAT) });
    const { guest } = server;
    const refused = { state: 'failed', received: 0, failure: { code: 'FILE_TOO_LARGE_FOR_DISK', limit: MOST_BYTES } };

    const files = [{ id: 'film', name: 'film.mov', size: MOST_BYTES + 1 }, { id: 'note', name: 'note.txt', size: 1 }];
    expect((await guest.announce(files)).uploads).toMatchObject([refused, { state: 'waiting' }]);

    const form = buildAnnouncedForm([announced('film.mov', 'a film that is far too long', { id: 'other', size: MOST_BYTES + 1 }), announced('note.txt', 'n', { id: 'note' })]);
    expect((await guest.send(form)).uploads).toMatchObject([refused, { state: 'stored' }]);

    const tus = createTusClient(guest);
    expectRefusal(await tus.create({ size: MOST_BYTES + 1 }), 413, 'FILE_TOO_LARGE_FOR_DISK');
    // As large as may be: whether there is room for it is another matter.
    expect((await tus.create({ size: MOST_BYTES })).text).not.toContain('FILE_TOO_LARGE');
    expect(await listTree(server.folder)).toEqual(new Map([['note.txt', sha256('n')]]));
    expect((await listStaging(server.folder)).reduce((sum, { name, sizeBytes }) => sum + (name.endsWith('.part') ? sizeBytes : 0), 0)).toBe(0);
  });
});
