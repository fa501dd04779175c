import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { runCli, startCli } from '../helpers/cli.ts';
import { listTree } from '../helpers/disk.ts';
import { historyNames, readHistory } from '../helpers/history.ts';
import { announced, buildAnnouncedForm } from '../helpers/multipart.ts';
import { sampleBytes } from '../helpers/sample-bytes.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { startUpload } from '../helpers/tus.ts';
import { makeUploadFolder } from '../helpers/upload-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

describe('a start that finds unfinished uploads', () => {
  test('says how many, on the terminal and in the log, and nothing when there is none', async () => {
    const folder = await makeUploadFolder();
    const first = await startCli({ folder });
    for (let index = 0; index < 3; index += 1) await startUpload(first.guest, sampleBytes(1000), 500);
    await first.child.kill();
    const second = runCli(['--folder', folder, '--port', '0', '--code', 'K7M4QX']);
    await waitUntil('the welcome', () => second.stdout().includes('Recovered 3 interrupted uploads.') || undefined, 15_000);
    await second.kill();
    const third = await startTestServer({ folder });
    expect(third.running.recovered).toEqual({ count: 3, fromWindow: 0, fromOthers: 3 });
    expect(third.log.find(({ event }) => event === 'uploads:recovered')?.fields).toMatchObject({ count: 3 });
    const fresh = await startTestServer();
    expect([fresh.running.recovered.count, fresh.log.some(({ event }) => event === 'uploads:recovered')]).toEqual([0, false]);
  });
});

test('a server that is killed while files arrive lists after its next start just what is there', async () => {
  const first = await startCli();
  const batches = Array.from({ length: 40 }, () => Array.from({ length: 20 }, () => announced(`${randomUUID()}.txt`, 'x')));
  let answered = 0;
  const sending = batches.map(async (files) => {
    await first.guest.send(buildAnnouncedForm(files));
    answered += files.length;
  });
  void Promise.allSettled(sending);
  await waitUntil('some to be stored', () => answered >= 100 || undefined, 15_000);
  await first.child.kill();
  const second = await startTestServer({ folder: first.folder });
  const names: string[] = [];
  for (let before: string | null | undefined; before !== null; ) {
    const page = await readHistory(second.owner, before === undefined ? {} : { before });
    expect(page.entries.every(({ isThere }) => isThere)).toBe(true);
    names.push(...page.entries.map(({ name }) => name));
    before = page.next;
  }
  expect(names.toSorted()).toEqual([...(await listTree(first.folder)).keys()].toSorted());
  expect(names.length).toBeGreaterThanOrEqual(answered);
  expect(new Set(names).size).toBe(names.length);
  expect((await historyNames(second.owner, { q: names[0] ?? '' })).length).toBe(1);
});
