import { readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { createClient, type TestClient } from '../../helpers/client.ts';
import { startCli } from '../../helpers/cli.ts';
import { allowDevice, endAccess, findDevice, LAPTOP, listDevices, PHONE } from '../../helpers/devices.ts';
import { STAGING_NAME } from '../../helpers/disk.ts';
import { expectRefusal } from '../../helpers/expect-refusal.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { TEST_CODE } from '../../helpers/launch-server.ts';
import { openRaw, requestHead } from '../../helpers/raw-http.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { makeUploadFolder } from '../../helpers/upload-folder.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

const FORM = buildForm([file('a.txt', 'a')]);
const SECRET = 'a'.repeat(32);

const poll = (client: TestClient): ReturnType<TestClient['request']> => client.request('GET', '/api/uploads');
const book = (folder: string): string => join(folder, STAGING_NAME, 'devices.txt');

describe('the list of devices', () => {
  test('has everybody who was let in, with what the owner wants to know of them', async () => {
    const onDevices = vi.fn<() => void>();
    const server = await startTestServer({ onDevices });
    const beforeMs = Date.now();
    const phone = await startSession(server, PHONE.agent);
    expect(onDevices).toHaveBeenCalled();
    expect(await listDevices(server.owner)).toMatchObject([{ name: PHONE.name, kind: 'page', allowed: 'ask', hasAccess: true, storedFiles: 0 }]);
    await phone.send(FORM);
    await server.guest.request('GET', '/api/uploads', { headers: { 'user-agent': 'curl/8.5.0' } });
    const devices = await listDevices(server.owner);
    expect(devices.map(({ name, kind, storedFiles }) => ({ name, kind, storedFiles }))).toEqual([{ name: 'curl', kind: 'api', storedFiles: 0 }, { name: PHONE.name, kind: 'page', storedFiles: 1 }]);
    for (const { firstSeenAtMs, lastSeenAtMs } of devices) expect([firstSeenAtMs >= beforeMs, lastSeenAtMs >= firstSeenAtMs, lastSeenAtMs <= Date.now()]).toEqual([true, true, true]);
    expect((await stat(book(server.folder))).mode & 0o777).toBe(0o600);
    expect(await readFile(book(server.folder), 'utf8')).not.toContain(phone.token);
  });

  test('C23: is the owner\'s: to anybody else, and where the owner cannot come, it does not exist', async () => {
    const server = await startTestServer();
    const lan = await server.running.openLan({ host: '127.0.0.1', port: 0 });
    const phone = await startSession(server, PHONE.agent);
    const { id } = await findDevice(server.owner, PHONE.name);
    const asks = [['GET', '/api/devices'], ['DELETE', `/api/devices/${id}`], ['POST', `/api/devices/${id}`]] as const;
    const onLan = createClient(lan.addresses[0] ?? '', lan.code.replace(' ', ''));
    for (const [method, path] of asks) {
      const ask = { headers: { 'content-type': 'application/json' }, body: '{"allowed":"always"}' };
      expectRefusal(await phone.request(method, path, ask), 404, 'NOT_FOUND');
      expectRefusal(await server.stranger.request(method, path, ask), 401, 'AUTH_REQUIRED');
      expectRefusal(await onLan.request(method, path, ask), 404, 'NOT_FOUND');
    }
    expectRefusal(await createClient(lan.addresses[0] ?? '', server.owner.token).request('GET', '/api/devices'), 401, 'CODE_INVALID');
    expect((await poll(phone)).status).toBe(200);
  });

  test.each(['{"allowed":"perhaps"}', '{}', '[]', '{"allowed":["always"]}'])('takes no decision like %j', async (body) => {
    const server = await startTestServer();
    await startSession(server, PHONE.agent);
    const { id } = await findDevice(server.owner, PHONE.name);
    expectRefusal(await server.owner.request('POST', `/api/devices/${id}`, { headers: { 'content-type': 'application/json' }, body }), 400, 'BODY_INVALID');
    expectRefusal(await endAccess(server.owner, { id: 'page-nobody' }), 404, 'DEVICE_NOT_FOUND');
    expect(await findDevice(server.owner, PHONE.name)).toMatchObject({ allowed: 'ask' });
  });
});

describe('a device whose access was ended', () => {
  test('C2: is out at once with all its tokens, comes back with the code, and nobody else is disturbed', async () => {
    const server = await startTestServer();
    const [phone, tab, laptop] = [await startSession(server, PHONE.agent, SECRET), await startSession(server, PHONE.agent, SECRET), await startSession(server, LAPTOP.agent)];
    expect((await endAccess(server.owner, await findDevice(server.owner, PHONE.name))).status).toBe(204);
    for (const client of [phone, tab]) {
      expectRefusal(await poll(client), 401, 'TOKEN_REVOKED');
      expectRefusal(await client.post('/api/uploads', FORM), 401, 'TOKEN_REVOKED');
      expectRefusal(await client.request('POST', '/api/tus', { headers: { 'tus-resumable': '1.0.0', 'upload-length': '5' } }), 401, 'TOKEN_REVOKED');
    }
    expect((await poll(laptop)).status).toBe(200);
    expect(await findDevice(server.owner, PHONE.name)).toMatchObject({ hasAccess: false });
    const again = await startSession(server, PHONE.agent, SECRET);
    expect((await again.send(FORM)).status).toBe(201);
    expectRefusal(await poll(phone), 401, 'TOKEN_REVOKED');
    expect(await findDevice(server.owner, PHONE.name)).toMatchObject({ hasAccess: true, storedFiles: 1 });
  });

  test('C2: leaves the list when it is ended once more; then it is a stranger', async () => {
    const server = await startTestServer();
    const phone = await startSession(server, PHONE.agent, SECRET);
    const device = await findDevice(server.owner, PHONE.name);
    await endAccess(server.owner, device);
    await endAccess(server.owner, device);
    expect(await listDevices(server.owner)).toEqual([]);
    expectRefusal(await poll(phone), 401, 'TOKEN_INVALID');
    expect((await poll(await startSession(server, PHONE.agent, SECRET))).status).toBe(200);
    expectRefusal(await poll(phone), 401, 'TOKEN_REVOKED');
  });

  test('C2: a guest who comes as 510 devices at once pushes out none that is in use, and not the next one either', async () => {
    const server = await startTestServer();
    const phone = await startSession(server, PHONE.agent);
    await waitUntil('the phone to have used its access', async () => {
      await poll(phone);
      const { firstSeenAtMs, lastSeenAtMs } = await findDevice(server.owner, PHONE.name);
      return lastSeenAtMs > firstSeenAtMs;
    });
    const flood = await openRaw(server.port);
    let heard = '';
    flood.socket.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')));
    const body = JSON.stringify({ code: TEST_CODE });
    const head = requestHead('POST /api/session HTTP/1.1', { Host: server.host, 'Content-Type': 'application/json', 'Content-Length': body.length });
    await flood.write(`${head}${body}`.repeat(510));
    await waitUntil('all to be answered', () => (heard.match(/HTTP\/1\.1 \d{3}/gu) ?? []).length === 510);
    flood.socket.destroy();
    expect(await listDevices(server.owner)).toHaveLength(500);
    expect((await poll(phone)).status).toBe(200);
    expect((await poll(await startSession(server, LAPTOP.agent))).status).toBe(200);
  });

  test('that is to send nothing any more does not come in with the code either, until the owner says otherwise', async () => {
    const server = await startTestServer();
    const phone = await startSession(server, PHONE.agent, SECRET);
    await server.guest.request('GET', '/api/uploads', { headers: { 'user-agent': 'curl/8.5.0' } });
    for (const name of [PHONE.name, 'curl']) expect((await allowDevice(server.owner, await findDevice(server.owner, name), 'no')).status).toBe(204);
    expectRefusal(await poll(phone), 403, 'DEVICE_REFUSED');
    expectRefusal(await poll(server.guest), 403, 'DEVICE_REFUSED');
    await expect(startSession(server, PHONE.agent, SECRET)).rejects.toThrow('DEVICE_REFUSED');
    expect((await poll(await startSession(server, LAPTOP.agent))).status).toBe(200);
    for (const name of [PHONE.name, 'curl']) await allowDevice(server.owner, await findDevice(server.owner, name), 'ask');
    // What was ended stays ended.
    expectRefusal(await poll(phone), 401, 'TOKEN_REVOKED');
    expect((await poll(server.guest)).status).toBe(200);
    expect((await poll(await startSession(server, PHONE.agent, SECRET))).status).toBe(200);
  });

  test('C2: stays out after a restart and a kill, in every process on the folder', async () => {
    const folder = await makeUploadFolder();
    const first = await startCli({ folder });
    const [phone, laptop] = [await startSession(first, PHONE.agent), await startSession(first, LAPTOP.agent)];
    await first.child.kill();
    const owners = await startTestServer({ folder });
    expect((await listDevices(owners.owner)).map(({ name }) => name).toSorted()).toEqual([PHONE.name, LAPTOP.name].toSorted());
    const other = await startCli({ folder });
    const at = (url: string, client: TestClient): TestClient => createClient(url, client.token);
    expect((await poll(at(other.url, phone))).status).toBe(200);
    await endAccess(owners.owner, await findDevice(owners.owner, PHONE.name));
    expectRefusal(await poll(at(owners.url, phone)), 401, 'TOKEN_REVOKED');
    await waitUntil('the other process to know it', async () => (await poll(at(other.url, phone))).status === 401, 2000);
    await other.child.kill();
    const last = await startCli({ folder });
    expectRefusal(await poll(at(last.url, phone)), 401, 'TOKEN_REVOKED');
    expect((await poll(at(last.url, laptop))).status).toBe(200);
    // Let in by one, known by the other at once.
    const back = await startSession(last, PHONE.agent);
    expect((await poll(at(owners.url, back))).status).toBe(200);
    await last.child.kill();
  });
});

describe('a list that was damaged', () => {
  test.each([
    ['cut', (text: string) => text.slice(0, -20)],
    ['with a number changed', (text: string) => text.replace('"generation":2', '"generation":1')],
    ['of somebody else', () => '{"devices":{"__proto__":1}}'],
    ['empty', () => ''],
    ['huge', () => 'x'.repeat(3 << 20)],
  ])('%s: nobody is let in by an older token, and the server runs', async (_how, damage) => {
    const folder = await makeUploadFolder();
    const first = await startTestServer({ folder });
    const [phone, laptop] = [await startSession(first, PHONE.agent), await startSession(first, LAPTOP.agent)];
    await endAccess(first.owner, await findDevice(first.owner, PHONE.name));
    await first.stop();
    await writeFile(book(folder), damage(await readFile(book(folder), 'utf8')));
    const second = await startTestServer({ folder });
    expect(second.log.map(({ event }) => event)).toContain('devices:damaged');
    for (const { token } of [phone, laptop]) expectRefusal(await poll(createClient(second.url, token)), 401, 'TOKEN_INVALID');
    expect(await listDevices(second.owner)).toEqual([]);
    expect((await poll(await startSession(second, PHONE.agent))).status).toBe(200);
    expect((await listDevices(second.owner)).length).toBe(1);
  });

  test('while the server runs: all enter the code again, and who may not stays out', async () => {
    const server = await startTestServer();
    const [phone] = [await startSession(server, PHONE.agent), await startSession(server, LAPTOP.agent, SECRET)];
    await allowDevice(server.owner, await findDevice(server.owner, LAPTOP.name), 'no');
    await writeFile(book(server.folder), 'nonsense');
    await waitUntil('the damage to be seen', async () => (await poll(phone)).status === 401, 2000);
    await expect(startSession(server, LAPTOP.agent, SECRET)).rejects.toThrow('DEVICE_REFUSED');
    expect((await poll(await startSession(server, PHONE.agent))).status).toBe(200);
  });

  test('that went away is written anew from what is known', async () => {
    const server = await startTestServer();
    const phone = await startSession(server, PHONE.agent);
    await unlink(book(server.folder));
    await endAccess(server.owner, await findDevice(server.owner, PHONE.name));
    expectRefusal(await poll(phone), 401, 'TOKEN_REVOKED');
    expect(await readFile(book(server.folder), 'utf8')).toContain(PHONE.name);
  });
});
