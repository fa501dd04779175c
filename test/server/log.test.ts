import { mkdir, rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createLog } from '../../server/create-log.ts';
import { LOG_FORMATS } from '../../server/log.ts';
import { findFreePort } from '../helpers/free-port.ts';
import { OWNER_TOKEN, TEST_CODE, type LogLine } from '../helpers/launch-server.ts';
import { readJson } from '../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../helpers/multipart.ts';
import { startTestServer } from '../helpers/start-server.ts';
import { createTusClient, startUpload } from '../helpers/tus.ts';

const PASSWORD = 'cache-Passw0rd';
const DEVICE = 'device-secret-0123456789abcdef0123456789';

test('C4: whatever happens, no code, token or password is in any line, and each event is one line', async () => {
  const cacheUrl = `redis://user:${PASSWORD}@127.0.0.1:${await findFreePort()}`;
  const server = await startTestServer({ logsRequests: true, cacheUrl });
  const { guest, owner, stranger, running } = server;
  const lan = await running.openLan({ host: '127.0.0.1', port: 0 });
  const json = (body: object): { headers: Record<string, string>; body: string } => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const session = await stranger.request('POST', '/api/session', json({ code: TEST_CODE, device: DEVICE }));
  const token = String(readJson(session)['token']);
  expect(token).toMatch(/^s1\./u);
  const secrets = [TEST_CODE, 'k7m4qx', 'K7M 4QX', lan.code, lan.code.replaceAll(' ', ''), OWNER_TOKEN, PASSWORD, DEVICE, token, token.split('.')[2] ?? ''];

  // Sessions that fail, and secrets in places where they do not belong.
  await stranger.request('POST', '/api/session', json({ code: 'WRONGX' }));
  await stranger.request('GET', `/api/uploads?token=${token}&code=${TEST_CODE}`);
  await stranger.request('GET', `/${TEST_CODE}/${token}`, { headers: { 'user-agent': TEST_CODE, authorization: `Basic ${TEST_CODE}`, referer: `http://x/#${TEST_CODE}` } });
  await guest.request('GET', `/api/uploads/${token}`, { headers: { 'user-agent': `K7M 4QX ${OWNER_TOKEN}` } });
  await guest.request('GET', '/api/server', { headers: { authorization: `Bearer ${token}x` } });
  await guest.request('PUT', `/api/${OWNER_TOKEN}`);

  // Uploads that arrive, under names that no terminal should see and with secrets in them.
  for (const name of [`${TEST_CODE}.txt`, `k7m-4qx \u001b[2J\u202e\u2028.txt`, token, PASSWORD, OWNER_TOKEN]) {
    await guest.send(buildAnnouncedForm([announced(name, 'x')]), { 'user-agent': `curl ${TEST_CODE}` });
  }
  await owner.send(buildForm([file('plain.txt', 'x')]));
  // Uploads that do not: too short, no name, cancelled, interrupted.
  await guest.post('/api/uploads', buildAnnouncedForm([{ id: 'short', name: TEST_CODE, size: 5, content: 'x' }]));
  await guest.post('/api/uploads', buildForm([file('..', 'x')]));
  const id = await startUpload(guest, Buffer.alloc(1000), 100, { filename: `${token}.bin` });
  await createTusClient(guest).patch(id, 100, Buffer.alloc(10), { 'upload-checksum': 'md5 AAAA' });
  await createTusClient(guest).terminate(id);
  // A folder that is not there any more.
  await rm(server.folder, { recursive: true });
  await guest.post('/api/uploads', buildForm([file(`${TEST_CODE}.jpg`, 'x')]));
  await mkdir(server.folder);
  await running.closeLan();
  await running.stop();

  const events = server.log.map(({ event }) => event);
  const wanted = [
    'server:started', 'lan:opened', 'session:started', 'request:answered', 'request:refused', 'cache:lost', 'upload:stored', 'upload:failed', 'upload:cancelled',
    'lan:closed', 'server:stopped',
  ];
  expect(wanted.filter((event) => !events.includes(event))).toEqual([]);
  expect(events.filter((event) => event === 'cache:lost')).toHaveLength(1);
  for (const format of LOG_FORMATS) {
    const lines = linesOf(server.log, format);
    expect(lines).toHaveLength(events.length);
    const told = lines.join('\n').toLowerCase();
    expect(secrets.filter((secret) => told.includes(secret.toLowerCase()))).toEqual([]);
    expect(told).not.toContain(server.folder.toLowerCase());
  }
});

function linesOf(log: readonly LogLine[], format: 'text' | 'json'): readonly string[] {
  const lines: string[] = [];
  const tell = createLog({ format, level: 'debug', isColored: false, write: (line) => lines.push(line) });
  for (const { level, event, fields } of log) tell(level, event, fields);
  return lines;
}
