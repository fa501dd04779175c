import { describe, expect, test } from 'vitest';
import { createClient } from '../../helpers/client.ts';
import { readFailureCode } from '../../helpers/http-answer.ts';
import { OWNER_TOKEN } from '../../helpers/launch-server.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { sendRaw } from '../../helpers/raw-http.ts';
import { startSession } from '../../helpers/session.ts';
import { startTestServer } from '../../helpers/start-server.ts';

/** What belongs to the owner; settings, folders and "show in folder" have no route at all. */
const OWNERS = [
  ['DELETE', '/api/history'], ['DELETE', '/api/history/x'], ['GET', '/api/devices'], ['POST', '/api/devices/x'], ['DELETE', '/api/devices/x'],
  ['GET', '/api/settings'], ['POST', '/api/settings'], ['POST', '/api/receive'], ['POST', '/api/open-folder'], ['GET', '/api/admin'], ['GET', '/metrics'],
] as const;

describe('what belongs to the owner', () => {
  test('C23: is not there for other devices, whatever they show', async () => {
    const server = await startTestServer();
    const lan = await server.running.openLan({ host: '127.0.0.1', port: 0 });
    const url = lan.addresses[0] ?? '';
    const code = lan.code.replace(' ', '');
    for (const [method, path] of OWNERS) {
      const headers = { 'content-type': 'application/json' };
      const guest = await createClient(url, code).request(method, path, { headers, body: method === 'GET' ? '' : '{}' });
      expect([method, path, guest.status, readFailureCode(guest)]).toEqual([method, path, 404, 'NOT_FOUND']);
    }
    // The owner's token is worth nothing there.
    for (const [method, path] of OWNERS.slice(0, 3)) expect((await createClient(url, OWNER_TOKEN).request(method, path)).status).toBe(401);
  });

  test('C23: is not there for guests on this computer either', async () => {
    const server = await startTestServer();
    const session = await startSession(server);
    for (const [method, path] of OWNERS) expect([method, path, (await session.request(method, path)).status]).toEqual([method, path, 404]);
  });

  test('C11, J11: no route gives back the bytes of a file, to nobody', async () => {
    const server = await startTestServer();
    const content = 'these bytes stay where they are';
    const { id, name } = (await server.guest.send(buildForm([file('page.html', content)]))).uploads[0] ?? { id: '', name: '' };
    for (const client of [server.owner, server.guest]) {
      for (const path of [`/api/uploads/${id}`, `/api/uploads/${id}/content`, `/api/tus/${id}`, `/files/${id}`, `/uploads/${name}`, `/${name}`, `/api/history`, `/uploadfile/${name}`, `/.slipway-staging/stored.jsonl`]) {
        for (const method of ['GET', 'HEAD']) expect((await client.request(method, path)).text).not.toContain(content);
      }
    }
  });
});

describe('a connection that wants to become another', () => {
  const upgrade = (host: string, more: string): string => `GET /api/uploads HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n${more}\r\n`;

  test('C16: never does, and goes through the same doors as all else', async () => {
    const server = await startTestServer();
    const bearer = `Authorization: Bearer ${server.guest.token}\r\n`;
    const ask = async (host: string, more: string): Promise<readonly unknown[]> => {
      const answer = await sendRaw(server.port, upgrade(host, more));
      return [answer.status, answer.status === 200 ? answer.headers['upgrade'] : readFailureCode(answer)];
    };
    expect(await ask(server.host, '')).toEqual([401, 'AUTH_REQUIRED']);
    expect(await ask(server.host, `Origin: https://evil.test\r\n${bearer}`)).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
    expect(await ask(`evil.test:${server.port}`, bearer)).toEqual([421, 'HOST_NOT_ALLOWED']);
    expect(await ask(server.host, bearer)).toEqual([200, undefined]);
    const events = await server.guest.request('GET', '/api/uploads', { headers: { accept: 'text/event-stream' } });
    expect(events.headers['content-type']).toContain('application/json');
  });

  test.each(['h2c', 'TLS/1.2', 'websocket'])('C16: not by the classic status either (%s)', async (to) => {
    const server = await startTestServer();
    const answer = await sendRaw(server.port, `GET /upload_status?key=x HTTP/1.1\r\nHost: ${server.host}\r\nAuthorization: Bearer ${server.guest.token}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${to}\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`);
    expect(answer.status).toBe(200);
  });
});
