import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listTree } from '../../helpers/disk.ts';
import { arrivalLine, historyNames, layHistory, readHistory } from '../../helpers/history.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes, sha256, xxh128 } from '../../helpers/sample-bytes.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { startUpload } from '../../helpers/tus.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';

describe('GET /api/history', () => {
  test('tells what arrived by every road, newest first, with all its facts', async () => {
    const server = await startTestServer();
    const digest = await xxh128('one');
    await server.guest.send(buildAnnouncedForm([{ ...announced('one.txt', 'one', { id: 'first', folder: 'in', digest }) }]), { 'X-Progress-ID': 'batch' });
    await server.guest.send(buildForm([file('one.txt', 'two')]));
    await startUpload(server.guest, sampleBytes(1000), 1000);
    await server.guest.send(buildAnnouncedForm([{ ...announced('failed.txt', 'x'), size: 5 }]));
    const { entries, next, total } = await readHistory(server.owner);
    expect(entries.map(({ path }) => path)).toEqual(['file.bin', 'one.txt', 'in/one.txt']);
    expect([next, total]).toEqual([null, 3]);
    expect(entries[2]).toEqual({
      id: 'first', batch: 'batch', name: 'one.txt', path: 'in/one.txt', size: 3, sender: expect.objectContaining({ kind: 'api' }),
      storedAtMs: expect.any(Number), digest, verified: true, isThere: true,
    });
  });

  test('says of each whether it is still there, and what replaced it is not it', async () => {
    const server = await startTestServer();
    await server.guest.send(buildAnnouncedForm(['moved.txt', 'again.txt', 'stays.txt'].map((name) => announced(name, name))));
    await rename(join(server.folder, 'moved.txt'), join(server.folder, 'elsewhere.txt'));
    await rm(join(server.folder, 'again.txt'));
    await server.guest.send(buildAnnouncedForm([announced('again.txt', 'anew')]));
    const { entries } = await readHistory(server.owner);
    expect(entries.map(({ name, isThere }) => `${name} ${isThere}`).toSorted()).toEqual(['again.txt false', 'again.txt true', 'moved.txt false', 'stays.txt true']);
    expect(entries[0]).toMatchObject({ name: 'again.txt', isThere: true });
  });

  test('comes in pages that neither overlap nor miss anything, also when entries go in between', async () => {
    const server = await startTestServer({ folder: await folderWith(Array.from({ length: 25 }, (_none, index) => arrivalLine(`f${index}`, {}, 1000 + index))) });
    const first = await readHistory(server.owner, { limit: '10' });
    expect((await server.owner.request('DELETE', '/api/history/f15')).status).toBe(204);
    await server.guest.send(buildAnnouncedForm([announced('new.txt', 'new')]));
    const second = await readHistory(server.owner, { limit: '10', before: first.next ?? '' });
    const third = await readHistory(server.owner, { limit: '10', before: second.next ?? '' });
    expect([...first.entries, ...second.entries, ...third.entries].map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_none, index) => `f${24 - index}`));
    expect([first.total, second.total, third.next]).toEqual([25, 25, null]);
  });

  test.each([
    ['PHOTO', ['photo.jpg']],
    ['photo somebody', ['photo.jpg']],
    ['u\u0308ber', ['über.txt']],
    ['100% [a-z]', ['100% [a-z]+.txt']],
    ['100% [a-z]*', []],
    ['.*', []],
    ['\\', []],
    ['holiday/', ['Holiday/x.txt']],
    ['original', ['kept (1).txt']],
    ['  ', ['kept (1).txt', 'Holiday/x.txt', '100% [a-z]+.txt', 'über.txt', 'photo.jpg']],
  ])('searches for %j by words, not by patterns', async (q, found) => {
    const lines = [{ path: 'photo.jpg' }, { path: 'über.txt' }, { path: '100% [a-z]+.txt' }, { path: 'Holiday/x.txt' }, { path: 'kept (1).txt', originalName: 'ORIGINAL' }];
    const server = await startTestServer({ folder: await folderWith(lines.map((more, index) => arrivalLine(`f${index}`, more))) });
    expect(await historyNames(server.owner, { q })).toEqual(found);
  });

  test.each(['limit=0', 'limit=201', 'limit=1e2', 'limit=x', 'limit=1&limit=2', 'before=x', 'before=', 'before=1.', 'q=a&q=b', `q=${'x'.repeat(201)}`])('?%s is refused', async (query) => {
    const server = await startTestServer();
    const answer = await server.owner.request('GET', `/api/history?${query}`);
    expect([answer.status, readFailureCode(answer)]).toEqual([400, 'QUERY_INVALID']);
  });

  test('shows a guest its own, and lets nobody but the owner change it', async () => {
    const server = await startTestServer();
    const other = await startSession(server);
    await server.guest.send(buildAnnouncedForm([announced('mine.txt', 'x', { id: 'mine' })]));
    await other.send(buildAnnouncedForm([announced('theirs.txt', 'x')]));
    expect(await historyNames(server.guest)).toEqual(['mine.txt']);
    expect(await historyNames(other)).toEqual(['theirs.txt']);
    for (const path of ['/api/history', '/api/history/mine']) {
      const answer = await server.guest.request('DELETE', path);
      expect([answer.status, readFailureCode(answer)]).toEqual([404, 'NOT_FOUND']);
    }
    expect((await server.stranger.request('GET', '/api/history')).status).toBe(401);
    expect((await server.owner.request('POST', '/api/history')).headers['allow']).toBe('GET, DELETE');
    expect((await server.owner.request('DELETE', '/api/history/unknown')).status).toBe(404);
    expect(await historyNames(server.owner)).toEqual(['theirs.txt', 'mine.txt']);
  });

  test('keeps names that harm nobody: what would lead out of the folder is damaged, what looks odd comes as it is', async () => {
    const outside = arrivalLine('outside', { path: '../canary/untouched.txt' });
    const absolute = arrivalLine('absolute', { path: '/etc/passwd' });
    const odd = '\u202Egpj.exe\n"};</script>';
    const server = await startTestServer({ folder: await folderWith([outside, absolute, arrivalLine('odd', { name: odd, path: odd })]) });
    expect(await historyNames(server.owner)).toEqual([odd]);
    expect(server.log.filter(({ event }) => event === 'history:damaged').map(({ fields }) => fields)).toEqual([{ lines: 2 }]);
    expect([server.running.locate('outside'), server.running.locate('absolute')]).toEqual([null, null]);
  });
});

test('what is cleared, or taken out of the queue, is still on the disk, and what is taken out of the queue still in the history', async () => {
  const server = await startTestServer();
  await server.guest.send(buildAnnouncedForm(['a.txt', 'b.txt'].map((name) => announced(name, name, { id: name }))));
  await server.owner.remove('a.txt');
  expect((await historyNames(server.owner)).toSorted()).toEqual(['a.txt', 'b.txt']);
  expect((await server.owner.request('DELETE', '/api/history/a.txt')).status).toBe(204);
  expect(await historyNames(server.owner)).toEqual(['b.txt']);
  expect((await server.owner.request('DELETE', '/api/history')).status).toBe(204);
  expect(await readHistory(server.owner)).toEqual({ entries: [], next: null, total: 0 });
  expect(await listTree(server.folder)).toEqual(new Map([['a.txt', sha256('a.txt')], ['b.txt', sha256('b.txt')]]));
  await server.guest.send(buildAnnouncedForm([announced('c.txt', 'c')]));
  expect(await historyNames(server.owner)).toEqual(['c.txt']);
});

async function folderWith(lines: readonly string[]): Promise<string> {
  const folder = await makeUploadFolder();
  await layHistory(folder, lines);
  await writeFile(join(folder, 'unrelated.txt'), 'x');
  return folder;
}
