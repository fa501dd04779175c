import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createClient } from '../helpers/client.ts';
import { listStaging, listTree } from '../helpers/disk.ts';
import { readFailureCode, readJson } from '../helpers/http-answer.ts';
import { OWNER_TOKEN, TEST_CODE } from '../helpers/launch-server.ts';
import { announced, buildForm, file } from '../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { openSlowUpload } from '../helpers/slow-upload.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { createTusClient, openPatch, startUpload } from '../helpers/tus.ts';
import { waitUntil, within } from '../helpers/wait-until.ts';

const LAN = { host: '127.0.0.1', port: 0 };

describe('the side for other devices', () => {
  test('lets guests in with its own code, and nobody with the owner\'s token', async () => {
    const server = await startTestServer();
    const lan = await server.running.openLan(LAN);
    const url = lan.addresses[0] ?? '';
    expect(lan.code).toMatch(/^[A-Z0-9]{3} [A-Z0-9]{3}$/u);
    expect(lan.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#i1\.[\w-]{22}$/u);
    expect(lan.ways).toMatchObject([{ address: url, link: lan.link }]);
    const qr = lan.ways[0]?.qr ?? [];
    expect(qr.length).toBeGreaterThan(20);
    expect(qr.every((row) => row.length === qr.length)).toBe(true);
    const statusWith = async (token: string): Promise<number> => (await createClient(url, token).request('GET', '/api/uploads')).status;
    expect(await statusWith(lan.code.replace(' ', '').toLowerCase())).toBe(200);
    expect(await statusWith(OWNER_TOKEN)).toBe(401);
    expect(await statusWith(TEST_CODE)).toBe(401);
    const sent = await createClient(url, lan.code.replace(' ', '')).send(buildForm([file('from a phone.jpg', 'x')]));
    expect((await server.owner.records()).map(({ id }) => id)).toEqual([sent.uploads[0]?.id]);
  });

  test('C19: closes within a second, with what is under way; the owner\'s side goes on', async () => {
    const server = await startTestServer();
    const lan = await server.running.openLan(LAN);
    const { host, port } = new URL(lan.addresses[0] ?? '');
    const upload = await openSlowUpload({ host, port: Number(port), guest: { token: lan.code.replace(' ', '') } }, { content: sampleBytes(1_000_000) });
    await upload.sendTo(500_000);
    await waitUntil('bytes in staging', async () => (await listStaging(server.folder)).length === 1);
    await within(1500, 'the closing', server.running.closeLan());
    await within(500, 'the connection to close', upload.connection.closed);
    await waitUntil('staging to be empty', async () => (await listStaging(server.folder)).length === 0);
    await expect(createClient(`http://${host}`, 'x').request('GET', '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect((await server.owner.records()).map(({ state }) => state)).toEqual(['failed']);
    expect((await server.guest.send(buildForm([file('a.txt', 'a')]))).status).toBe(201);
    await server.running.closeLan();
  });

  test('has a new code each time it is opened; the old one is worth nothing', async () => {
    const server = await startTestServer();
    const first = await server.running.openLan(LAN);
    expect(await server.running.openLan(LAN)).toEqual(first);
    await server.running.closeLan();
    const second = await server.running.openLan(LAN);
    expect(second.code).not.toBe(first.code);
    expect((await createClient(second.addresses[0] ?? '', first.code.replace(' ', '')).request('GET', '/api/uploads')).status).toBe(401);
  });

  test.each([['I6: a port that is taken', 'PORT_IN_USE'], ['an address that is not ours', 'ADDRESS_NOT_AVAILABLE']])('%s is a failure with a name', async (_what, code) => {
    const server = await startTestServer();
    const wanted = code === 'PORT_IN_USE' ? { host: '127.0.0.1', port: server.port } : { host: '203.0.113.7', port: 0 };
    await expect(server.running.openLan(wanted)).rejects.toMatchObject({ code });
    expect((await server.guest.request('GET', '/api/uploads')).status).toBe(200);
  });
});

describe('another upload folder', () => {
  test('takes what comes from now on; what is under way ends where it began', async () => {
    const server = await startTestServer();
    const content = sampleBytes(1_000_000);
    const upload = await openSlowUpload(server, { content });
    await upload.sendTo(500_000);
    await waitUntil('bytes in staging', async () => (await listStaging(server.folder)).length === 1);
    const other = `${server.folder}-other`;
    await server.running.useFolder(other);
    const sent = await server.guest.send(buildForm([file('a.txt', 'a')]));
    expect((await upload.finish()).status).toBe(201);
    expect(await listTree(server.folder)).toEqual(new Map([['slow.bin', sha256(content)]]));
    expect(await listTree(other)).toEqual(new Map([['a.txt', sha256('a')]]));
    expect([server.running.locate(upload.id), server.running.locate(sent.uploads[0]?.id ?? '')]).toEqual([join(server.folder, 'slow.bin'), join(other, 'a.txt')]);
  });

  test('that cannot be written to is refused, and the old one stays', async () => {
    const server = await startTestServer();
    await expect(server.running.useFolder('/dev/null/uploads')).rejects.toMatchObject({ code: 'CONFIG_DEST_NOT_WRITABLE' });
    expect((await server.guest.send(buildForm([file('a.txt', 'a')]))).status).toBe(201);
    expect(await listTree(server.folder)).toEqual(new Map([['a.txt', sha256('a')]]));
  });
});

describe('files that turn out to be unreadable', () => {
  test('end as failed, waiting or under way; what is stored stays', async () => {
    const server = await startTestServer();
    const stored = (await server.guest.send(buildForm([file('stored.txt', 'x')]))).uploads[0]?.id ?? '';
    const { content: _content, ...waiting } = announced('waiting.txt', 'x');
    await server.guest.announce([waiting]);
    const upload = await openSlowUpload(server, { content: sampleBytes(1_000_000) });
    await upload.sendTo(500_000);
    await waitUntil('bytes in staging', async () => (await listStaging(server.folder)).some(({ sizeBytes }) => sizeBytes > 0));
    await server.running.giveUp([stored, waiting.id, upload.id, 'unknown'], 'FILE_UNREADABLE');
    expect((await server.guest.records()).map(({ state, failure }) => failure?.code ?? state)).toEqual(['stored', 'FILE_UNREADABLE', 'FILE_UNREADABLE']);
    upload.connection.reset();
    await waitUntil('staging to be empty', async () => (await listStaging(server.folder)).length === 0);
  });

  test('are discarded with what had arrived, when they can be resumed', async () => {
    const server = await startTestServer();
    const content = sampleBytes(1_000_000);
    const tus = createTusClient(server.guest);
    const [running, left] = [await startUpload(server.guest, content, 1000), await startUpload(server.guest, content, 1000)];
    await tus.create({ size: content.length, id: 'begun' });
    const patch = await openPatch(server, running, 1000, content.length);
    await patch.write(content.subarray(1000, 500_000));
    await waitUntil('bytes on disk', async () => (await server.guest.record(running)).received > 1000);
    // Announced again, as before a retry: it waits, and has a part.
    await server.guest.announce([{ id: left, name: 'file.bin', size: content.length }]);
    await server.running.giveUp([running, left, 'begun'], 'FILE_CHANGED');
    expect((await server.guest.records()).map(({ state, failure }) => [state, failure?.code])).toEqual(Array(3).fill(['failed', 'FILE_CHANGED']));
    expect((await tus.head(left)).status).toBe(404);
    const answer = await patch.answer;
    patch.socket.destroy();
    expect([answer.status, readFailureCode(answer)]).toEqual([409, 'FILE_CHANGED']);
    expect(await listStaging(server.folder)).toEqual([]);
  });

  test('stay as far as they came, when it is not the file that is to blame', async () => {
    const server = await startTestServer();
    const content = sampleBytes(1_000_000);
    const id = await startUpload(server.guest, content, 1000);
    const patch = await openPatch(server, id, 1000, content.length);
    await patch.write(content.subarray(1000, 500_000));
    await waitUntil('bytes on disk', async () => (await server.guest.record(id)).received === 500_000);
    await server.running.giveUp([id], 'UPLOAD_ABORTED');
    const { state, received, failure } = await server.guest.record(id);
    expect([state, received, failure]).toEqual(['interrupted', 500_000, undefined]);
    patch.socket.destroy();
    expect((await createTusClient(server.guest).patch(id, 500_000, content.subarray(500_000))).status).toBe(204);
  });
});

describe('stop', () => {
  test('E22: ends what runs with SHUTTING_DOWN, frees the port, and may be called again', async () => {
    const server = await startTestServer();
    const upload = await openSlowUpload(server, { content: sampleBytes(1_000_000) });
    await upload.sendTo(500_000);
    await waitUntil('bytes in staging', async () => (await listStaging(server.folder)).some(({ sizeBytes }) => sizeBytes > 0));
    const stopped = server.running.stop();
    const answer = await within(3000, 'the answer', upload.connection.answer);
    expect([answer.status, readFailureCode(answer)]).toEqual([503, 'SHUTTING_DOWN']);
    await within(10_000, 'the end', stopped);
    expect(await listStaging(server.folder)).toEqual([]);
    await expect(server.guest.request('GET', '/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await within(2000, 'the second stop', server.running.stop());
  });
});

describe('the page', () => {
  test('is there without a code; nothing beside it is', async () => {
    const outer = await startTestServer();
    const pageFolder = join(outer.canary, 'page');
    await mkdir(join(pageFolder, 'assets'), { recursive: true });
    await writeFile(join(pageFolder, 'index.html'), '<!doctype html><title>Page</title>');
    await writeFile(join(pageFolder, 'assets', 'main-1a2b3c.js'), '1');
    await writeFile(join(pageFolder, '.hidden'), 'hidden');
    const visitors: string[] = [];
    const server = await startTestServer({ pageFolder, onVisitor: ({ name }) => visitors.push(name) });
    const page = await server.stranger.request('GET', '/', { headers: { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1' } });
    expect([page.status, page.text]).toEqual([200, '<!doctype html><title>Page</title>']);
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/u);
    expect(visitors).toEqual(['iPhone (Safari)']);
    expect((await server.stranger.request('GET', '/assets/main-1a2b3c.js')).headers['cache-control']).toContain('immutable');
    for (const path of ['/.hidden', '/../untouched.txt', '/%2e%2e/untouched.txt', '/..%2funtouched.txt', '/assets/', '/assets', '/nothing']) {
      const answer = await server.stranger.request('GET', path);
      expect([401, 403, 404], path).toContain(answer.status);
      expect(readJson(answer)).toHaveProperty('error');
    }
  });
});
