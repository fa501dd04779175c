import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCli, type CliServer } from '../helpers/cli.ts';
import { listStaging, listTree } from '../helpers/disk.ts';
import { readClassicStatus } from '../helpers/http-answer.ts';
import { startMemcached } from '../helpers/memcached.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../helpers/multipart.ts';
import { startRedis } from '../helpers/redis.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { isSkipped } from '../helpers/tools.ts';
import { waitUntil } from '../helpers/wait-until.ts';

async function startPair(cacheUrl: string): Promise<readonly [CliServer, CliServer]> {
  const one = await startCli({ args: ['--cache', cacheUrl] });
  return [one, await startCli({ args: ['--cache', cacheUrl], folder: one.folder })];
}

async function status(server: CliServer, key: string): Promise<ReturnType<typeof readClassicStatus>> {
  return readClassicStatus(await server.guest.request('GET', `/upload_status?key=${key}`));
}

for (const [name, isLeftOut, start] of [['Redis', isSkipped('redis-server'), startRedis], ['Memcached', isSkipped('memcached'), startMemcached]] as const) {
  describe.skipIf(isLeftOut)(`two processes that share a folder and ${name}`, () => {
    test('tell of each other\'s uploads while they run and when they have ended, and answer for each other\'s records by id', async () => {
      const [one, other] = await startPair((await start()).url);
      const content = sampleBytes(4_000_000);
      const upload = await openSlowUpload(one, { content, by: 'key', path: '/uploadfile', name: 'photo.jpg' });
      expect(await status(other, upload.id)).toHaveProperty('error');
      for (const sentBytes of [1_000_000, 3_000_000]) {
        await upload.sendTo(sentBytes);
        const seen = await waitUntil(`the other process to tell of ${sentBytes}`, async () => {
          const found = await status(other, upload.id);
          return 'state' in found && found.uploaded > sentBytes - 64 * 1024 && found;
        });
        expect(seen).toMatchObject({ totalsize: upload.bodyBytes, state: 'receiving' });
      }
      expect((await upload.finish()).status).toBe(200);
      await waitUntil('the other process to tell of the end', async () => {
        const found = await status(other, upload.id);
        return 'state' in found && found.state === 'stored' && found.uploaded === upload.bodyBytes;
      });

      const photo = announced('photo.jpg', sampleBytes(50_000));
      await one.guest.send(buildAnnouncedForm([photo]));
      const record = await waitUntil('the other process to know it', async () => {
        const found = await other.guest.record(photo.id).catch(() => undefined);
        return found?.state === 'stored' && found;
      });
      expect(record).toEqual(await one.guest.record(photo.id));
    });
  });
}

describe('two processes that share a folder', () => {
  test('I6: starting the second leaves alone what the first is receiving, and they never give two files one name', async () => {
    const one = await startCli();
    const content = sampleBytes(2_000_000);
    const upload = await openSlowUpload(one, { content, name: 'photo.jpg' });
    await upload.sendTo(1_000_000);
    await waitUntil('bytes in staging', async () => (await listStaging(one.folder)).some(({ sizeBytes }) => sizeBytes > 900_000));
    const other = await startCli({ folder: one.folder });
    expect((await other.guest.send(buildForm([file('other.txt', 'other')]))).status).toBe(201);
    expect((await upload.finish()).status).toBe(201);
    expect(await listTree(one.folder)).toEqual(new Map([['other.txt', sha256('other')], ['photo.jpg', sha256(content)]]));

    // All at once, and each name wanted by both.
    const wanted = Array.from({ length: 60 }, (_, index) => `scan ${index}.pdf`);
    const forms = [one, other, one, other].map((server, number) => ({ server, files: wanted.map((name, index) => announced(name, sampleBytes(2000, 1 + number * wanted.length + index))) }));
    const answers = await Promise.all(forms.map(({ server, files }) => server.guest.send(buildAnnouncedForm(files))));
    expect(answers.map(({ status: code }) => code)).toEqual(forms.map(() => 201));
    const sent = forms.flatMap(({ files }) => files.map((each) => each.content));
    expect([...(await listTree(one.folder)).values()].toSorted()).toEqual([content, 'other', ...sent].map((each) => sha256(each)).toSorted());
  });

  test('F14: files of one batch never replace each other, whichever process takes them in', async () => {
    const one = await startCli({ args: ['--duplicates', 'replace'] });
    const other = await startCli({ args: ['--duplicates', 'replace'], folder: one.folder });
    const names = Array.from({ length: 15 }, (_, index) => `${index}.jpg`);
    for (const name of names) await writeFile(join(one.folder, name), 'of last year');
    const forms = Array.from({ length: 4 }, (_form, number) => names.map((name, index) => announced(name, sampleBytes(2000, 1 + number * names.length + index))));
    const sent = await Promise.all(forms.map((files, number) => (number % 2 === 0 ? one : other).guest.send(buildAnnouncedForm(files), { 'x-progress-id': 'phone' })));
    expect([...(await listTree(one.folder)).values()].toSorted()).toEqual(forms.flat().map(({ content }) => sha256(content)).toSorted());
    expect(sent.flatMap(({ uploads }) => uploads).filter(({ replaced }) => replaced === true)).toHaveLength(names.length);
    // Another batch takes their places, whoever put them there.
    expect((await other.guest.send(buildAnnouncedForm(names.map((name) => announced(name, 'of next year'))))).uploads).toMatchObject(names.map((path) => ({ path, replaced: true })));
  });
});
