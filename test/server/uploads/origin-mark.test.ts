import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createOriginMark, type MarkingSystem } from '../../../server/uploads/folder/origin-mark.ts';
import { listTree, STAGING_NAME } from '../../helpers/disk.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { startUpload } from '../../helpers/tus.ts';

function watch(platform: NodeJS.Platform) {
  const done: (readonly unknown[])[] = [];
  const system: MarkingSystem = {
    platform,
    write: async (path, text) => done.push(['write', path, text]),
    run: async (program, args) => done.push(['run', program, ...args]),
  };
  return { done, mark: createOriginMark(system) };
}

describe('the mark of a file that came from elsewhere', () => {
  test('J11: is a stream beside the file\'s own on Windows', async () => {
    const { done, mark } = watch('win32');
    await mark('C:\\Inbox\\.slipway-staging\\1a2b');
    expect(done).toEqual([['write', 'C:\\Inbox\\.slipway-staging\\1a2b:Zone.Identifier', '[ZoneTransfer]\r\nZoneId=3\r\n']]);
  });

  test('J11: is an extended attribute on macOS, written by one program for all that come meanwhile', async () => {
    const { done, mark } = watch('darwin');
    await Promise.all(['/a', '/b', '/c'].map(mark));
    const value = expect.stringMatching(/^0081;[\da-f]{8};Slipway;$/u);
    expect(done).toEqual([['run', '/usr/bin/xattr', '-w', 'com.apple.quarantine', value, '/a'], ['run', '/usr/bin/xattr', '-w', 'com.apple.quarantine', value, '/b', '/c']]);
  });

  test('J11: is none on Linux, which heeds none', async () => {
    const { done, mark } = watch('linux');
    await mark('/a');
    expect(done).toEqual([]);
  });
});

describe('the mark of origin', () => {
  test('J11: is what other devices send, whole and before it has a name; never what the owner\'s window sends', async () => {
    const marked: string[] = [];
    const server = await startTestServer({
      async markForeign(path) {
        expect(path.startsWith(join(server.folder, STAGING_NAME))).toBe(true);
        const content = sha256(await readFile(path));
        expect([...(await listTree(server.folder)).values()]).not.toContain(content);
        marked.push(content);
      },
    });
    const [form, large] = [sampleBytes(1000, 1), sampleBytes(100_000, 2)];
    const phone = await startSession(server);
    expect((await phone.send(buildAnnouncedForm([announced('a.jpg', form)]))).status).toBe(201);
    await startUpload(phone, large, large.length);
    expect((await server.guest.send(buildForm([file('run.exe', 'MZ')]))).status).toBe(201);
    expect(marked).toEqual([form, large, 'MZ'].map((content) => sha256(content)));

    expect((await server.owner.send(buildForm([file('own.exe', 'own')]))).status).toBe(201);
    await startUpload(server.owner, sampleBytes(5000, 3), 5000);
    expect(marked).toHaveLength(3);
    expect((await server.owner.records()).map(({ state }) => state)).toEqual(Array(5).fill('stored'));
  });

  test('J11: arrives all the same where the mark cannot be set', async () => {
    const server = await startTestServer({ markForeign: () => Promise.reject(new Error('EINVAL: invalid argument')) });
    expect((await server.guest.send(buildForm([file('a.exe', 'a'), file('b.exe', 'b')]))).status).toBe(201);
    expect(await listTree(server.folder)).toEqual(new Map([['a.exe', sha256('a')], ['b.exe', sha256('b')]]));
  });
});
