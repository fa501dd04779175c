import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROCESS_TAG } from '../../../server/uploads/folder/process-tag.ts';
import { startProcess } from '../../helpers/child-process.ts';
import { listStaging, STAGING_NAME } from '../../helpers/disk.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, offsetIn, stagedPath } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';

const SIZE = 5000;

/** What a process that was killed at some step left of an upload. */
async function leave(folder: string, rests: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const id = randomUUID();
  await mkdir(join(folder, STAGING_NAME), { recursive: true });
  for (const [ending, content] of Object.entries(rests)) await writeFile(`${stagedPath(folder, id, 'part').slice(0, -'part'.length)}${ending}`, content);
  return id;
}

const json = JSON.stringify({ id: 'x', batch: 'x', sender: { id: 'x', name: 'x', kind: 'api' }, rawName: 'x', folder: '', size: SIZE, createdAtMs: 1 });

test('H4, H6: what a process that was killed between two steps left of an upload is cleared at the next start', async () => {
  const folder = await makeUploadFolder();
  const child = startProcess(process.execPath, ['-e', '']);
  await child.ended;
  const dead = `${PROCESS_TAG.split('.')[0]}.${child.pid}.0123abcd ${randomUUID()}`;
  const pair = { part: sampleBytes(3000), json };
  const bytesOnly = await leave(folder, { part: sampleBytes(3000), lock: dead });
  const whole = await leave(folder, { ...pair, lock: dead, 'lock.wanted': '', 'lock.clearing': dead, 'json.new': '{"id":' });
  const underWay = await leave(folder, { ...pair, lock: `${PROCESS_TAG.split('.')[0]}.${process.ppid}.0123abcd ${randomUUID()}` });
  await leave(folder, { json });
  await leave(folder, { json, lock: dead });
  await leave(folder, { part: '', lock: dead });
  await leave(folder, { part: '', 'json.new': '{' });
  await leave(folder, { 'json.new': '' });
  await leave(folder, { lock: dead, 'lock.wanted': '' });
  await startTestServer({ folder });
  const paths = [stagedPath(folder, bytesOnly, 'part'), ...[whole, underWay].flatMap((id) => [stagedPath(folder, id, 'part'), stagedPath(folder, id, 'json')]), stagedPath(folder, underWay, 'lock')];
  expect((await listStaging(folder)).map(({ name }) => join(folder, STAGING_NAME, name)).toSorted()).toEqual(paths.toSorted());
});

test('H6: a lock whose process was killed before it could say whose it is stands in nobody\'s way', async () => {
  const server = await startTestServer();
  const tus = createTusClient(server.guest);
  const content = sampleBytes(SIZE);
  await tus.create({ size: SIZE, id: 'some', body: content.subarray(0, 1000) });
  await writeFile(stagedPath(server.folder, 'some', 'lock'), '');
  const head = await tus.head('some');
  expect([head.status, offsetIn(head)]).toEqual([200, 1000]);
  expect((await listStaging(server.folder)).map(({ name }) => name.split('.').at(-1)).toSorted()).toEqual(['json', 'part']);
});
