import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCli } from '../helpers/cli.ts';
import { listStaging, listTree, STAGING_NAME } from '../helpers/disk.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { waitUntil } from '../helpers/wait-until.ts';

describe('a server that is killed', () => {
  test('H2: at the beginning, in the middle and at the end of an upload leaves nothing after the next start', async () => {
    const content = sampleBytes(2_000_000);
    const kept = new Map([['before.txt', sha256('before')]]);
    let server = await startCli();
    await server.guest.send(buildForm([file('before.txt', 'before')]));
    for (const share of [0.05, 0.5, 0.99]) {
      const name = `${share}.bin`;
      const upload = await openSlowUpload(server, { content, name });
      await upload.sendTo(content.length * share);
      await waitUntil('bytes in staging', async () => (await listStaging(server.folder)).some(({ sizeBytes }) => sizeBytes > 0));
      await server.child.kill();
      expect(await listTree(server.folder), name).toEqual(kept);
      expect(await listStaging(server.folder), name).toHaveLength(1);

      server = await startCli({ folder: server.folder });
      expect(await listStaging(server.folder), name).toEqual([]);
      const again = await openSlowUpload(server, { content, name, id: upload.id });
      expect((await again.finish()).status, name).toBe(201);
      kept.set(name, sha256(content));
      expect(await listTree(server.folder)).toEqual(kept);
    }
  }, 60_000);

  test('at any moment of many small uploads leaves whole files only', async () => {
    const server = await startCli();
    const contents = Array.from({ length: 200 }, (_, index) => sampleBytes(20_000, index + 1));
    const sending = server.guest.send(buildAnnouncedForm(contents.map((content, index) => announced(`${index}.bin`, content)))).catch(() => undefined);
    await waitUntil('some to be stored', async () => (await listTree(server.folder)).size > 20);
    await server.child.kill();
    await sending;
    const whole = new Set(contents.map((content) => sha256(content)));
    const found = [...(await listTree(server.folder)).values()];
    expect(found.filter((hash) => !whole.has(hash))).toEqual([]);
    expect(found.length).toBeGreaterThan(20);
  });

  test('H12: does not take foreign files in staging with it', async () => {
    const first = await startCli();
    await first.child.kill();
    const staging = join(first.folder, STAGING_NAME);
    await writeFile(join(staging, 'notes.txt'), 'of somebody else');
    await writeFile(join(staging, 'x.part'), 'of somebody else');
    await mkdir(join(staging, 'folder'));
    const second = await startCli({ folder: first.folder });
    expect((await second.guest.send(buildForm([file('a.txt', 'a')]))).status).toBe(201);
    expect((await listStaging(second.folder)).map(({ name }) => name).toSorted()).toEqual(['folder', 'notes.txt', 'x.part']);
    expect(await readFile(join(staging, 'notes.txt'), 'utf8')).toBe('of somebody else');
  });
});
