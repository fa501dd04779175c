import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { createTusClient } from '../../helpers/tus.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

describe('names in Upload-Metadata', () => {
  test('B13: that cannot be decoded never replace each other', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    // Base64 of "x\xffÿ.tx" and "x\xfeÿ.tx" in Latin-1.
    for (const metadata of ['filename eP/DvS50eA==', 'filename eP7DvS50eA==']) expect((await tus.create({ size: 1, headers: { 'upload-metadata': metadata }, body: Buffer.from('x') })).status).toBe(201);
    await disk.expectDone({ 'xý.tx': 'x', 'xý (1).tx': 'x' });
  });

  test.each([['folder', 'a/../../b/CON/.git', 'a/b/_CON/_.git/c.txt'], ['relativePath', 'a/../../b/c.txt', 'a/b/c.txt']])('B19: %s never climbs', async (key, value, path) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    await createTusClient(server.guest).create({ size: 1, metadata: { filename: 'c.txt', [key]: value }, body: Buffer.from('x') });
    await disk.expectDone({ [path]: 'x' });
  });

  test('B16, B19: a path of 33 folders is too deep, one of 3,200 characters too long', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const tus = createTusClient(server.guest);
    const deep = (levels: number, name: string): string => Array.from({ length: levels }, () => name).join('/');
    expectRefusal(await tus.create({ size: 1, metadata: { folder: deep(33, 'd') } }), 422, 'PATH_TOO_DEEP');
    expectRefusal(await tus.create({ size: 1, metadata: { folder: deep(32, 'd'.repeat(99)) } }), 422, 'PATH_TOO_LONG');
    await disk.expectClean();
  });
});
