import { appendFile, copyFile, link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCli, type CliServer } from '../helpers/cli.ts';
import { listStaging, listTree, STAGING_NAME } from '../helpers/disk.ts';
import { announced, buildAnnouncedForm } from '../helpers/multipart.ts';
import { sampleBytes, sha256, xxh128 } from '../helpers/sample-bytes.ts';
import { startSession } from '../helpers/session.ts';
import { createTusClient, offsetIn, stagedPath, startUpload } from '../helpers/tus.ts';

const CONTENT = sampleBytes(100_000);
const FORM = buildAnnouncedForm([announced('a.bin', CONTENT, { id: 'first' })]);

async function killAndStart(server: CliServer): Promise<CliServer> {
  await server.child.kill();
  return startCli({ folder: server.folder });
}

async function onlyFile(server: CliServer, name: string, content: Buffer): Promise<void> {
  expect(await listTree(server.folder)).toEqual(new Map([[name, sha256(content)]]));
  expect(await listStaging(server.folder)).toEqual([]);
}

describe('a server that is killed before its sender hears that a file is stored', () => {
  test('H3: knows it under its id after the next start: a form that comes again makes no second file', async () => {
    const first = await startCli();
    expect((await first.guest.send(FORM)).status).toBe(201);
    const server = await killAndStart(first);
    const again = await server.guest.send(FORM);
    expect(again.status).toBe(201);
    expect(again.uploads).toMatchObject([{ id: 'first', state: 'stored', name: 'a.bin', received: CONTENT.length, digest: await xxh128(CONTENT) }]);
    await onlyFile(server, 'a.bin', CONTENT);
  });

  test('tells a program that asks over tus that all has arrived', async () => {
    const first = await startCli();
    const id = await startUpload(first.guest, CONTENT, CONTENT.length);
    const server = await killAndStart(first);
    expect(offsetIn(await createTusClient(server.guest).head(id))).toBe(CONTENT.length);
    expect(await server.guest.record(id)).toMatchObject({ state: 'stored' });
    await onlyFile(server, 'file.bin', CONTENT);
  });

  test('clears up when it was killed between giving the name and removing what it stood in', async () => {
    const first = await startCli();
    const half = CONTENT.length / 2;
    const id = await startUpload(first.guest, CONTENT, half);
    const json = stagedPath(first.folder, id, 'json');
    await copyFile(json, `${first.folder}.json`);
    expect((await createTusClient(first.guest).patch(id, half, CONTENT.subarray(half))).status).toBe(204);
    await first.child.kill();
    await rename(`${first.folder}.json`, json);
    await link(join(first.folder, 'file.bin'), stagedPath(first.folder, id, 'part'));
    const server = await startCli({ folder: first.folder });
    expect(await server.guest.record(id)).toMatchObject({ state: 'stored' });
    await onlyFile(server, 'file.bin', CONTENT);
  });

  test('takes a file again that a person has removed or replaced since', async () => {
    const first = await startCli();
    await first.guest.send(FORM);
    const path = join(first.folder, 'a.bin');
    await rm(path);
    const second = await killAndStart(first);
    expect((await second.guest.send(FORM)).uploads).toMatchObject([{ state: 'stored', name: 'a.bin' }]);
    // Removed and made anew: the same name and size, and somebody else's all the same.
    await writeFile(`${first.folder}.new`, sampleBytes(CONTENT.length, 9));
    await rename(`${first.folder}.new`, path);
    const third = await killAndStart(second);
    expect((await third.guest.send(FORM)).uploads).toMatchObject([{ state: 'stored', name: 'a (1).bin' }]);
  });

  test('lives with a torn line, and with lines that are none of its own', async () => {
    const first = await startCli();
    await first.guest.send(FORM);
    await first.child.kill();
    const journal = join(first.folder, STAGING_NAME, 'stored.jsonl');
    const line = (await readFile(journal, 'utf8')).split('\n').find((each) => each.includes('"kind":"file"')) ?? '';
    await writeFile(journal, `\nnull\n{"kind":"file","inode":1}\n${line}\n`);
    await appendFile(journal, line.slice(0, line.length / 2));
    const server = await startCli({ folder: first.folder });
    expect((await server.guest.send(FORM)).uploads).toMatchObject([{ state: 'stored' }]);
    await onlyFile(server, 'a.bin', CONTENT);
  });

  test('tells nobody but the sender', async () => {
    const first = await startCli();
    await first.guest.send(FORM);
    const server = await killAndStart(first);
    const other = await startSession({ url: server.url });
    expect((await server.guest.request('GET', '/api/uploads/first')).status).toBe(200);
    expect((await other.request('GET', '/api/uploads/first')).status).toBe(404);
  });
});
