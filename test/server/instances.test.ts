import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runCli, startCli } from '../helpers/cli.ts';
import { countOpenFiles, listTree } from '../helpers/disk.ts';
import { buildForm, file } from '../helpers/multipart.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { makeUploadFolder } from '../helpers/upload-folder.ts';

test('I6: a second instance on the same port says that it is taken and ends; on the same folder it shares', async () => {
  const one = await startCli();
  const again = runCli(['--folder', await makeUploadFolder(), '--port', String(one.port), '--json']);
  expect((await again.ended).status).toBe(1);
  expect(again.stderr()).toContain(`Another program already uses port ${one.port}.`);
  const other = await startCli({ folder: one.folder });
  const names = ['one.txt', 'other.txt'];
  expect((await one.guest.send(buildForm([file('one.txt', 'same name')]))).status).toBe(201);
  expect((await other.guest.send(buildForm([file('other.txt', 'same name')]))).status).toBe(201);
  expect([...(await listTree(one.folder)).keys()]).toEqual(names);
});

test('D19: eight large files at once cost no more memory than what is on its way', async () => {
  const server = await startCli();
  const atRest = await countOpenFiles(server.pid);
  const before = await peakBytes(server.pid);
  const content = sampleBytes(48 << 20);
  const uploads = await Promise.all(Array.from({ length: 8 }, (_, index) => openSlowUpload(server, { content, name: `${index}.bin`, by: 'nothing' })));
  const answers = await Promise.all(uploads.map((upload) => upload.finish()));
  expect(answers.map(({ status }) => status)).toEqual(uploads.map(() => 201));
  expect((await peakBytes(server.pid)) - before).toBeLessThan(150 << 20);
  expect(new Set((await listTree(server.folder)).values())).toEqual(new Set([sha256(content)]));
  expect(await countOpenFiles(server.pid)).toBeLessThanOrEqual(atRest + 2);
}, 60_000);

/** The most that a process ever had in memory. */
async function peakBytes(pid: number): Promise<number> {
  return Number(/^VmHWM:\s+(?<kilobytes>\d+) kB$/mu.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.groups?.['kilobytes']) * 1024;
}
