import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OF_THE_FOLDER, STAGING_NAME } from '../../helpers/disk.ts';
import type { TestServer } from '../../helpers/launch-server.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient, openPatch, startUpload } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

const CONTENT = sampleBytes(400_000);
const HALF = 200_000;
const ENDS = new Set(['upload:cancelled', 'upload:failed', 'upload:stored']);

/** A server that notes what lies in staging in the very moment in which a record says that its upload has ended. */
async function startWatched(): Promise<{ readonly server: TestServer; readonly left: readonly string[][] }> {
  const left: string[][] = [];
  const server: TestServer = await startTestServer({
    onLog: ({ event }) => {
      if (ENDS.has(event)) left.push(readdirSync(join(server.folder, STAGING_NAME)).filter((name) => !OF_THE_FOLDER.test(name)));
    },
  });
  return { server, left };
}

/** Bytes are coming for the rest of it. */
async function receive(server: TestServer, id: string): Promise<void> {
  const patch = await openPatch(server, id, HALF, CONTENT.length);
  await patch.write(CONTENT.subarray(HALF, HALF + 50_000));
  await waitUntil('some more to arrive', async () => (await server.owner.records()).some(({ received }) => received > HALF));
}

const WAYS: readonly { readonly what: string; readonly state: 'cancelled' | 'failed'; readonly end: (server: TestServer, id: string) => Promise<unknown> }[] = [
  { what: 'its owner deletes it', state: 'cancelled', end: (server, id) => server.owner.remove(id) },
  { what: 'its sender terminates it', state: 'cancelled', end: (server, id) => createTusClient(server.guest).terminate(id) },
  {
    what: 'its file was changed, and it was announced anew', state: 'failed', async end(server, id) {
      await server.guest.announce([{ id, name: 'file.bin', size: CONTENT.length }]);
      await server.running.giveUp([id], 'FILE_CHANGED');
    },
  },
  { what: 'its file was changed', state: 'failed', end: (server, id) => server.running.giveUp([id], 'FILE_CHANGED') },
];

describe('when the record of an upload says that it has ended, nothing of it is in staging', () => {
  for (const { what, state, end } of WAYS) {
    test(`${what} between two pieces`, async () => {
      const { server, left } = await startWatched();
      await end(server, await startUpload(server.guest, CONTENT, HALF));
      expect((await server.owner.records()).map((record) => record.state)).toEqual([state]);
      expect(left).toEqual([[]]);
    });

    test(`E10: ${what} while bytes come`, async () => {
      const { server, left } = await startWatched();
      const id = await startUpload(server.guest, CONTENT, HALF);
      await receive(server, id);
      await end(server, id);
      expect((await server.owner.records()).map((record) => record.state)).toEqual([state]);
      expect(left).toEqual([[]]);
    });
  }

  test('it was stored', async () => {
    const { server, left } = await startWatched();
    const tus = createTusClient(server.guest);
    await tus.patch(await startUpload(server.guest, CONTENT, HALF), HALF, CONTENT.subarray(HALF));
    expect(left).toEqual([[]]);
  });

  test('its bytes are not those that were announced', async () => {
    const { server, left } = await startWatched();
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, CONTENT, HALF, { sha256: sha256('something else') });
    expect((await tus.patch(id, HALF, CONTENT.subarray(HALF))).status).toBe(460);
    expect(left).toEqual([[]]);
  });
});
