import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FileToSend } from '../../electron/main/sending/file-to-send.ts';
import type { GroupTarget } from '../../electron/main/sending/group-target.ts';
import { sendGroup } from '../../electron/main/sending/send-group.ts';
import { sendResumable } from '../../electron/main/sending/send-resumable.ts';
import { startServer } from '../../server/index.ts';
import type { RunningServer } from '../../server/index.ts';
import { listTree } from '../helpers/disk.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { startSilentProxy } from '../helpers/silent-proxy.ts';
import type { SilentProxy } from '../helpers/silent-proxy.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import type { TempFolder } from '../helpers/temp-folder.ts';

const TOKEN = 'the-owner';

let temp: TempFolder;
let uploads: string;
let server: RunningServer;
let proxy: SilentProxy;
let target: GroupTarget;

beforeEach(async () => {
  temp = await makeTempFolder();
  uploads = path.join(temp.path, 'uploads');
  await mkdir(uploads);
  proxy = await startSilentProxy(() => Number(new URL(server.url).port), 1_000_000);
  server = await startServer({ folder: uploads, ownerToken: TOKEN, allowedHosts: [`127.0.0.1:${proxy.port}`], stallTimeoutMs: 500 }, () => undefined);
  target = { url: `http://127.0.0.1:${proxy.port}`, ownerToken: TOKEN, giveUp: server.giveUp, silenceMs: 1000 };
});
afterEach(async () => {
  await proxy.close();
  await server.stop();
  await temp.remove();
});

async function write(name: string, content: Buffer): Promise<FileToSend> {
  const full = path.join(temp.path, name);
  await writeFile(full, content);
  const { size, mtimeMs } = await stat(full);
  return { id: name, batch: 'b1', path: full, name, folder: '', size, modifiedAtMs: mtimeMs };
}

test('a large file goes on over another connection when one is silent', async () => {
  const content = sampleBytes(30_000_000);
  expect(await sendResumable(target, await write('film.mov', content), { signal: AbortSignal.timeout(25_000) })).toBe('stored');
  expect(proxy.silenced()).toBe(1);
  expect(Object.fromEntries(await listTree(uploads))).toEqual({ 'film.mov': sha256(content) });
});

test('so do small ones', async () => {
  const contents = [1, 2, 3, 4].map((seed) => [`${seed}.jpg`, sampleBytes(500_000, seed)] as const);
  const files = await Promise.all(contents.map(([name, content]) => write(name, content)));
  const ends = await sendGroup(target, files, { signal: AbortSignal.timeout(25_000) });
  expect([...ends.values()]).toEqual(['stored', 'stored', 'stored', 'stored']);
  expect(proxy.silenced()).toBe(1);
  expect(Object.fromEntries(await listTree(uploads))).toEqual(Object.fromEntries(contents.map(([name, content]) => [name, sha256(content)])));
});
