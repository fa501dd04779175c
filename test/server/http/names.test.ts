import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createLog } from '../../../server/create-log.ts';
import { STAGING_NAME } from '../../helpers/disk.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { announced, buildAnnouncedForm, buildForm, file, manifest, rawPart } from '../../helpers/multipart.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

/** Stores one file under the name a form gives and tells what it is called on disk. */
async function storedAs(name: string): Promise<{ readonly name: string; readonly originalName: string | undefined }> {
  const server = await startTestServer();
  const disk = await watchDisk(server);
  const sent = await server.guest.send(buildForm([file(name, 'content')]));
  const [record] = sent.uploads;
  expect([sent.status, record?.state]).toEqual([201, 'stored']);
  expect(record?.path).toBe(record?.name);
  await disk.expectDone({ [record?.name ?? '']: 'content' });
  expect(JSON.stringify(server.log)).not.toMatch(/\\u001b\[|\\r|\\n/u);
  return { name: record?.name ?? '', originalName: record?.originalName };
}

function deep(folder: string, levels: number): string {
  return Array.from({ length: levels }, () => folder).join('/');
}

describe('names in forms', () => {
  test.each(['photo.jpg', 'Grüße aus 日本 😀.txt', "it's (fine) & more, 100%.pdf", 'v1.2.tar.gz', 'no ending'])('%j stays as it is', async (name) => {
    expect(await storedAs(name)).toEqual({ name, originalName: undefined });
  });

  test('B2: filename* cannot lead out of the folder', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const sent = await server.guest.send(buildForm([rawPart("Content-Disposition: form-data; name=\"f\"; filename*=UTF-8''..%2f..%2fevil%00.txt", 'x')]));
    expect([sent.status, sent.uploads[0]?.name]).toEqual([201, 'evil.txt']);
    await disk.expectDone({ 'evil.txt': 'x' });
  });

  test('B3: line ends in a name reach no header, no name and no log line', async () => {
    for (const part of [file('x%0d%0aSet-Cookie: a', 'x'), rawPart("Content-Disposition: form-data; name=\"f\"; filename*=UTF-8''x%0d%0aSet-Cookie%3a%20a", 'x')]) {
      const server = await startTestServer();
      const answer = await server.guest.post('/api/uploads', buildForm([part]));
      expect(answer.status).toBe(201);
      expect(answer.headers['set-cookie']).toBeUndefined();
      const names = (await readdir(server.folder)).filter((name) => name !== STAGING_NAME);
      expect(names).toHaveLength(1);
      // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
      expect(names[0]).not.toMatch(/[\u0000-\u001f]/u);
    }
  });

  test('B18: escape sequences reach neither the folder nor the terminal', async () => {
    const server = await startTestServer();
    const lines: string[] = [];
    const print = createLog({ format: 'text', level: 'debug', isColored: false, write: (line) => lines.push(line) });
    await server.guest.post('/api/uploads', buildForm([manifest([{ id: 'escape', name: '\u001b[2J\u001b]0;pwn\u0007.txt', size: 1 }]), file('plain', 'x')]));
    for (const { level, event, fields } of server.log) print(level, event, fields);
    print('info', 'upload:stored', { name: '\u001b[2J\u202e\u0007.txt\n' });
    expect(lines.length).toBeGreaterThan(0);
    // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/u);
    expect(await readdir(server.folder)).toContain('[2J]0;pwn.txt');
  });

  test('B13: names that cannot be decoded never overwrite each other', async () => {
    const server = await startTestServer();
    const bad = (byte: number): Buffer => Buffer.concat([Buffer.from('Content-Disposition: form-data; name="f"; filename="x'), Buffer.from([byte]), Buffer.from('.txt"')]);
    const plain = await server.guest.send(buildForm([rawPart(bad(0xff), 'one'), rawPart(bad(0xfe), 'two')]));
    const told = ['y\ud800.txt', 'y\udc00.txt'].map((name, index) => ({ id: `lone-${index}`, name, size: 1 }));
    const listed = await server.guest.send(buildForm([manifest(told), file('3', '3'), file('4', '4')]));
    expect([plain.status, listed.status]).toEqual([201, 201]);
    expect(new Set([...plain.uploads, ...listed.uploads].map(({ name }) => name)).size).toBe(4);
    expect((await readdir(server.folder)).filter((name) => name !== STAGING_NAME)).toHaveLength(4);
  });

  test('B19: folders of a manifest are cleaned one by one, and never climb', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const sent = await server.guest.send(buildAnnouncedForm([announced('c.txt', 'x', { folder: 'a/../../b/CON/.git' }), announced('..\\d.txt', 'y', { folder: '/abs\\..\\e' })]));
    expect(sent.status).toBe(201);
    expect(sent.uploads.map(({ path }) => path)).toEqual(['a/b/_CON/_.git/c.txt', 'abs/e/d.txt']);
    await disk.expectDone({ 'a/b/_CON/_.git/c.txt': 'x', 'abs/e/d.txt': 'y' });
  });

  test.each([
    ['B19: a path of 33 folders', 'd', 33, 'PATH_TOO_DEEP'],
    ['B19: a path of 200 folders', 'd', 200, 'PATH_TOO_DEEP'],
    ['B16: a path of over 2,048 bytes', 'd'.repeat(99), 32, 'PATH_TOO_LONG'],
  ] as const)('%s is refused', async (_what, folder, levels, code) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    expectRefusal(await server.guest.post('/api/uploads', buildAnnouncedForm([announced('x', 'x', { folder: deep(folder, levels) })])), 422, code);
    await disk.expectClean();
  });

  test.each([['B19: a path of 32 folders', 'd', 32], ['B16: a path of 2,000 bytes', 'd'.repeat(99), 20]])('%s is taken', async (_what, folder, levels) => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    expect((await server.guest.send(buildAnnouncedForm([announced('x', 'x', { folder: deep(folder, levels) })]))).status).toBe(201);
    await disk.expectDone({ [`${deep(folder, levels)}/x`]: 'x' });
  });

  test('the staging folder cannot be written into by name', async () => {
    const server = await startTestServer();
    const disk = await watchDisk(server);
    const sent = await server.guest.send(buildAnnouncedForm([announced('x.part', 'x', { folder: STAGING_NAME })]));
    expect(sent.uploads[0]?.path).toBe(`_${STAGING_NAME}/x.part`);
    await disk.expectDone({ [`_${STAGING_NAME}/x.part`]: 'x' });
  });
});
