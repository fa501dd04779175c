import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFailureCode, readJson, type HttpAnswer } from '../../helpers/http-answer.ts';
import { listTree } from '../../helpers/disk.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../../helpers/sample-bytes.ts';
import { openSlowUpload } from '../../helpers/slow-upload.ts';
import { mountSmallDisk } from '../../helpers/small-disk.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { isRoot } from '../../helpers/tools.ts';
import { createTusClient, startUpload } from '../../helpers/tus.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import type { TestClient } from '../../helpers/client.ts';

const SIZE = 100_000;
/** Five fit, with what a form has around its file, and not six. */
const QUOTA = 5 * (SIZE + 2000);
const contentOf = (index: number): Buffer => sampleBytes(SIZE, index + 1);

type Send = (guest: TestClient, index: number) => Promise<HttpAnswer>;

const ROADS: Readonly<Record<string, Send>> = {
  'a form': (guest, index) => guest.post('/api/uploads', buildForm([file(`${index}.bin`, contentOf(index))])),
  'a form with a manifest': (guest, index) => guest.post('/api/uploads', buildAnnouncedForm([announced(`${index}.bin`, contentOf(index))])),
  'the classic form': (guest, index) => guest.post('/uploadfile', buildForm([file(`${index}.bin`, contentOf(index))])),
  tus: (guest, index) => createTusClient(guest).create({ size: SIZE, id: randomUUID(), metadata: { filename: `${index}.bin` }, body: contentOf(index) }),
};

async function freeBytes(guest: TestClient): Promise<unknown> {
  return readJson(await guest.request('GET', '/api/server'))['freeBytes'];
}

describe('a quota', () => {
  test.each(Object.entries(ROADS))('D7: lets five of ten into room for five, by %s', async (_road, send) => {
    const server = await startTestServer({ quotaBytes: QUOTA });
    const answers = await Promise.all(Array.from({ length: 10 }, (_none, index) => send(server.guest, index)));
    const refused = answers.filter(({ status }) => status >= 400);
    expect(answers.length - refused.length).toBe(5);
    for (const answer of refused) expect([answer.status, readFailureCode(answer), Number(answer.headers['retry-after']) > 0]).toEqual([507, 'QUOTA_EXCEEDED', true]);
    const stored = [...(await listTree(server.folder)).values()].toSorted();
    const whole = answers.flatMap(({ status }, index) => (status >= 400 ? [] : [sha256(contentOf(index))])).toSorted();
    expect(stored).toEqual(whole);
  });

  test('counts what lies in the folder already, and has room again when its owner clears it', async () => {
    const server = await startTestServer({ quotaBytes: QUOTA });
    const own = join(server.folder, 'Of the owner', 'nested');
    await mkdir(own, { recursive: true });
    await writeFile(join(own, 'film.bin'), Buffer.alloc(QUOTA - SIZE));
    const refused = await server.guest.post('/api/uploads', buildForm([file('a.bin', contentOf(0))]));
    expect([refused.status, readFailureCode(refused)]).toEqual([507, 'QUOTA_EXCEEDED']);
    await rm(join(own, 'film.bin'));
    await waitUntil('the folder to be counted again', async () => (await freeBytes(server.guest)) === QUOTA);
    expect((await server.guest.send(buildForm([file('a.bin', contentOf(0))]))).status).toBe(201);
  });
});

describe('room that is promised', () => {
  test('is told for each file when it is announced, before its first byte', async () => {
    const server = await startTestServer({ quotaBytes: QUOTA });
    const files = Array.from({ length: 7 }, (_none, index) => announced(`${index}.mp4`, contentOf(index)));
    const small = announced('small.txt', 'fits still');
    const { uploads } = await server.guest.announce([...files, small].map(({ content: _content, ...each }) => each));
    expect(uploads.map(({ state, failure }) => [failure?.code ?? state, failure?.limit])).toEqual([
      ...Array.from({ length: 5 }, () => ['waiting', undefined]), ['QUOTA_EXCEEDED', QUOTA], ['QUOTA_EXCEEDED', QUOTA], ['waiting', undefined],
    ]);
    expect(await freeBytes(server.guest)).toBe(QUOTA - 5 * SIZE - small.size);
    // What was announced is let in, though nothing is left for anybody else.
    const others = await server.owner.post('/api/uploads', buildForm([file('other.bin', contentOf(9))]));
    expect([others.status, readFailureCode(others)]).toEqual([507, 'QUOTA_EXCEEDED']);
    expect((await server.guest.send(buildAnnouncedForm(files.slice(0, 5)))).status).toBe(201);
  });

  test('is not counted twice when what was announced is made', async () => {
    const server = await startTestServer({ quotaBytes: QUOTA });
    const tus = createTusClient(server.guest);
    await server.guest.announce(Array.from({ length: 5 }, (_none, index) => ({ id: `u${index}`, name: `${index}.bin`, size: SIZE })));
    const created = await Promise.all(Array.from({ length: 5 }, (_none, index) => tus.create({ size: SIZE, id: `u${index}` })));
    expect(created.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  });

  test('is free again when an upload is cancelled, breaks off, or its sender does not bring it', async () => {
    const server = await startTestServer({ quotaBytes: QUOTA });
    const tus = createTusClient(server.guest);
    const id = await startUpload(server.guest, contentOf(0), 1000);
    expect(await freeBytes(server.guest)).toBe(QUOTA - SIZE);
    await tus.terminate(id);
    expect(await freeBytes(server.guest)).toBe(QUOTA);
    for (const by of ['manifest', 'nothing'] as const) {
      const upload = await openSlowUpload(server, { content: contentOf(1), by });
      await upload.sendTo(SIZE / 2);
      await waitUntil('it to hold room', async () => Number(await freeBytes(server.guest)) <= QUOTA - SIZE);
      upload.connection.reset();
      await waitUntil(`the room of a broken form (${by}) to be free`, async () => (await freeBytes(server.guest)) === QUOTA);
    }
    const { uploads } = await server.guest.announce([{ id: 'a', name: 'a.bin', size: SIZE }]);
    expect(await freeBytes(server.guest)).toBe(QUOTA - SIZE);
    await server.guest.remove(uploads[0]?.id ?? '');
    expect(await freeBytes(server.guest)).toBe(QUOTA);
  });

  test.skipIf(!isRoot())('D6, D7: is room of the disk where there is no quota: ten at once share what is free', async () => {
    // Files take whole blocks, and a description besides: that is what the reserve is for.
    const server = await startTestServer({ parent: (await mountSmallDisk(1 << 20)).path, reserveBytes: 128 << 10 });
    const free = Number(await freeBytes(server.guest));
    const most = Math.floor(free / (SIZE + 16_384));
    const tus = createTusClient(server.guest);
    const created = await Promise.all(Array.from({ length: 12 }, (_none, index) => tus.create({ size: SIZE, id: `u${index}` })));
    const refused = created.filter(({ status }) => status !== 201);
    for (const answer of refused) expect([answer.status, readFailureCode(answer)]).toEqual([507, 'INSUFFICIENT_STORAGE']);
    expect(created.length - refused.length).toBeGreaterThanOrEqual(most);
    const admitted = created.flatMap(({ status }, index) => (status === 201 ? [index] : []));
    for (const index of admitted) expect((await tus.patch(`u${index}`, 0, contentOf(index))).status).toBe(204);
    expect((await listTree(server.folder)).size).toBe(admitted.length);
  });
});
