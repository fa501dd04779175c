import { readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startServer, type ServerConfig } from '../../server/index.ts';
import { STAGING_NAME } from '../helpers/disk.ts';
import { TEST_CODE } from '../helpers/launch-server.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { makeUploadFolder } from '../helpers/upload-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

afterEach(() => void vi.restoreAllMocks());

/** A cache that takes connections and says nothing. */
async function listenOnly(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => void socket.resume().on('error', () => socket.destroy()));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { server, port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
}

function countConnections(server: Server): Promise<number> {
  return new Promise((resolve) => void server.getConnections((_error, count) => resolve(count)));
}

/** How many timers that go on for ever were started and not stopped. */
function watchTimers(): () => number {
  const started = vi.spyOn(globalThis, 'setInterval');
  const stopped = vi.spyOn(globalThis, 'clearInterval');
  return () => {
    const over = new Set<unknown>(stopped.mock.calls.map(([timer]) => timer));
    return started.mock.results.filter((result) => result.type === 'return' && !over.has(result.value)).length;
  };
}

describe('a start that fails', () => {
  test.each([
    ['for the cache', (): Partial<ServerConfig> => ({ cacheUrl: 'nothing://known' })],
    // No certificate can be made for an address that is none; it is made before anybody listens there.
    ['for the certificate', (): Partial<ServerConfig> => ({ https: true, host: '\u65E5\u672C.test' })],
    ['for the port', (taken: number): Partial<ServerConfig> => ({ port: taken })],
  ])('%s leaves no timer, no connection and no note behind', async (_why, config) => {
    const cache = await listenOnly();
    const folder = await makeUploadFolder();
    const runningTimers = watchTimers();
    const start = startServer({ folder, code: TEST_CODE, cacheUrl: `redis://127.0.0.1:${cache.port}`, ...config(cache.port) }, () => undefined);
    await expect(start).rejects.toThrow();
    expect(runningTimers()).toBe(0);
    expect(await readdir(join(folder, STAGING_NAME, 'servers'))).toEqual([]);
    await waitUntil('the cache to be left', async () => (await countConnections(cache.server)) === 0);
  });
});

test('a name to answer to that is none is refused before anything is opened', async () => {
  const folder = await makeUploadFolder();
  await expect(startServer({ folder, code: TEST_CODE, allowedHosts: ['files.example', 'no name'] }, () => undefined)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that cannot be used leaves the server with the one it has', async () => {
  const server = await startTestServer();
  const taken = await makeUploadFolder();
  await expect(server.running.useFolder(join(taken, 'missing', 'twice'))).rejects.toMatchObject({ code: 'CONFIG_DEST_NOT_WRITABLE' });
  expect(await readdir(join(server.folder, STAGING_NAME, 'servers'))).toHaveLength(1);
});
