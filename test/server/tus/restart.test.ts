import { readFile, stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { startCli, type CliServer } from '../../helpers/cli.ts';
import { listStaging, listTree } from '../../helpers/disk.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { sampleBytes, sha256, xxh128 } from '../../helpers/sample-bytes.ts';
import { createTusClient, offsetIn, openPatch, startUpload, stagedPath } from '../../helpers/tus.ts';
import { waitUntil, within } from '../../helpers/wait-until.ts';

const CONTENT = sampleBytes(3_000_000);

async function sizeOf(server: CliServer, id: string): Promise<number> {
  return (await stat(stagedPath(server.folder, id, 'part'))).size;
}

/** What lies there must be the beginning of the file; the rest makes it whole. */
async function expectToGoOn(server: CliServer, id: string, digest: string): Promise<void> {
  const kept = await readFile(stagedPath(server.folder, id, 'part'));
  expect(sha256(kept)).toBe(sha256(CONTENT.subarray(0, kept.length)));
  expect(await server.guest.record(id)).toMatchObject({ state: 'interrupted', received: kept.length, size: CONTENT.length });
  const tus = createTusClient(server.guest);
  expect(offsetIn(await tus.head(id))).toBe(kept.length);
  expect((await tus.patch(id, kept.length, CONTENT.subarray(kept.length))).status).toBe(204);
  expect(await server.guest.record(id)).toMatchObject({ state: 'stored', digest });
  expect(await listTree(server.folder)).toEqual(new Map([['file.bin', sha256(CONTENT)]]));
  expect(await listStaging(server.folder)).toEqual([]);
}

describe('a server that is killed in mid-PATCH', () => {
  test('H1, H6, H11: again and again goes on where the disk stands', async () => {
    const first = await startCli();
    const id = await startUpload(first.guest, CONTENT, 0, { sha256: sha256(CONTENT) });
    let server = first;
    for (const share of [0.01, 0.99]) {
      const from = await sizeOf(server, id);
      const patch = await openPatch(server, id, from, CONTENT.length);
      const sending = patch.write(CONTENT.subarray(from, CONTENT.length * share));
      await waitUntil('bytes on disk', async () => (await sizeOf(server, id)) > from);
      await server.child.kill();
      await sending;
      // The dead server's lock is still there.
      expect((await listStaging(server.folder)).map(({ name }) => name.split('.').at(-1)).toSorted()).toEqual(['json', 'lock', 'part']);
      server = await startCli({ folder: first.folder });
    }
    await expectToGoOn(server, id, `sha-256:${sha256(CONTENT)}`);
  });
});

describe('a server that is told to stop in mid-PATCH', () => {
  test('E22: says so, ends, and goes on the next time', async () => {
    const first = await startCli();
    const id = await startUpload(first.guest, CONTENT, 0);
    const patch = await openPatch(first, id, 0, CONTENT.length);
    await patch.write(CONTENT.subarray(0, 1_000_000));
    await waitUntil('bytes on disk', async () => (await sizeOf(first, id)) === 1_000_000);
    first.child.signal('SIGTERM');
    const answer = await within(5000, 'an answer to the PATCH', patch.answer);
    patch.socket.destroy();
    expect([answer.status, readFailureCode(answer)]).toEqual([503, 'SHUTTING_DOWN']);
    expect((await within(10_000, 'the server to end', first.child.ended)).status).toBe(0);
    expect((await listStaging(first.folder)).map(({ name }) => name.split('.').at(-1)).toSorted()).toEqual(['json', 'part']);
    await expectToGoOn(await startCli({ folder: first.folder }), id, await xxh128(CONTENT));
  });
});

describe('two processes that share a folder', () => {
  async function startPair(): Promise<readonly [CliServer, CliServer]> {
    const one = await startCli();
    return [one, await startCli({ folder: one.folder })];
  }

  test('I2: hand an upload over: the newer connection has it, the older lets go', async () => {
    const [one, other] = await startPair();
    const id = await startUpload(one.guest, CONTENT, 0);
    const hanging = await openPatch(one, id, 0, CONTENT.length);
    await hanging.write(CONTENT.subarray(0, 1_000_000));
    await waitUntil('bytes on disk', async () => (await sizeOf(one, id)) === 1_000_000);
    const tus = createTusClient(other.guest);
    expect(offsetIn(await tus.head(id))).toBe(1_000_000);
    const older = await within(5000, 'the older to be answered', hanging.answer);
    hanging.socket.destroy();
    expect([older.status, readFailureCode(older)]).toEqual([423, 'UPLOAD_LOCKED']);
    expect((await tus.patch(id, 1_000_000, CONTENT.subarray(1_000_000))).status).toBe(204);
    expect(await listTree(one.folder)).toEqual(new Map([['file.bin', sha256(CONTENT)]]));
  });

  test('I2, H6: never both write to one upload; one that is killed is followed by the other within 5 s', async () => {
    const [one, other] = await startPair();
    const [tus, otherTus] = [createTusClient(one.guest), createTusClient(other.guest)];
    const id = await startUpload(one.guest, CONTENT, 0, { sha256: sha256(CONTENT) });
    const send = async (client: typeof tus): Promise<number> => {
      const offset = offsetIn(await client.head(id));
      return Number.isNaN(offset) ? 404 : (await client.patch(id, offset, CONTENT.subarray(offset))).status;
    };
    const statuses = await Promise.all([tus.patch(id, 0, CONTENT).then(({ status }) => status), otherTus.patch(id, 0, CONTENT).then(({ status }) => status), send(tus), send(otherTus)]);
    for (const status of statuses) expect([204, 404, 409, 423]).toContain(status);
    if ((await listTree(one.folder)).size === 0) expect(await send(tus)).toBe(204);
    expect(await listTree(one.folder)).toEqual(new Map([['file.bin', sha256(CONTENT)]]));
    expect(await listStaging(one.folder)).toEqual([]);

    const next = await startUpload(one.guest, CONTENT, 0, { filename: 'next.bin' });
    const patch = await openPatch(one, next, 0, CONTENT.length);
    await patch.write(CONTENT.subarray(0, 500_000));
    await waitUntil('bytes on disk', async () => (await sizeOf(one, next)) === 500_000);
    await one.child.kill();
    const answer = await within(5000, 'the other to take it over', otherTus.patch(next, 500_000, CONTENT.subarray(500_000)));
    expect(answer.status).toBe(204);
    expect(await listTree(other.folder)).toEqual(new Map(['file.bin', 'next.bin'].map((name) => [name, sha256(CONTENT)])));
    expect(await listStaging(other.folder)).toEqual([]);
  });
});
