import { createHmac, scryptSync } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { createClient } from '../../helpers/client.ts';
import { STAGING_NAME } from '../../helpers/disk.ts';
import { readFailureCode, readJson, type HttpAnswer } from '../../helpers/http-answer.ts';
import type { LanSide } from '../../../server/index.ts';
import { TEST_CODE, type TestServer } from '../../helpers/launch-server.ts';
import { buildForm, file } from '../../helpers/multipart.ts';
import { startTestServer } from '../../helpers/start-server.ts';
import { makeTempFolder } from '../../helpers/temp-folder.ts';

const FORM = buildForm([file('a.txt', 'a')]);

function enter({ url }: { readonly url: string }, code: string, from?: string): Promise<HttpAnswer> {
  const body = JSON.stringify({ code });
  return createClient(url, null).request('POST', '/api/session', { headers: { 'content-type': 'application/json' }, body, ...(from === undefined ? {} : { from }) });
}

const told = (answer: HttpAnswer): readonly [number, string | null] => [answer.status, answer.status < 400 ? null : readFailureCode(answer)];

const behindTheHash = (link: string | undefined): string => link?.split('#')[1] ?? '';
const invitationOf = ({ running }: TestServer): string => behindTheHash(running.links[0]);

async function tokenFrom(answer: HttpAnswer): Promise<string> {
  const { token } = readJson(answer);
  if (typeof token !== 'string') throw new Error(`No token: ${answer.status}`);
  return token;
}

/** Three wrong codes from each of 20 addresses: none of them is locked by itself. */
async function guessFromEverywhere(server: { readonly url: string }): Promise<void> {
  for (let device = 0; device < 20; device += 1) {
    for (let turn = 0; turn < 3; turn += 1) expect(told(await enter(server, `WRONG${turn}`, `127.0.0.${device + 100}`))).toEqual([401, 'CODE_INVALID']);
  }
}

describe('wrong codes', () => {
  test('C3: the sixth from one address is not looked at any more, nor is the right one; other addresses and invitations are', async () => {
    const server = await startTestServer();
    const session = createClient(server.url, await tokenFrom(await enter(server, TEST_CODE)));
    for (let attempt = 0; attempt < 5; attempt += 1) expect(told(await enter(server, `WRONG${attempt}`))).toEqual([401, 'CODE_INVALID']);
    const locked = await enter(server, TEST_CODE);
    expect(told(locked)).toEqual([429, 'PIN_LOCKED']);
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(200);
    expect(told(await enter(server, TEST_CODE, '127.0.0.9'))).toEqual([201, null]);
    expect(told(await enter(server, invitationOf(server)))).toEqual([201, null]);
    expect((await session.send(FORM)).status).toBe(201);
  });

  test('C3: sixty from everywhere bring a new code; who is in stays in, and the QR code goes on', async () => {
    const onChange = vi.fn<(side: LanSide) => void>();
    const server = await startTestServer();
    const lan = await server.running.openLan({ host: '127.0.0.1', port: 0, onChange });
    const side = { url: lan.addresses[0] ?? '' };
    const session = createClient(side.url, await tokenFrom(await enter(side, lan.code)));
    await guessFromEverywhere(side);
    const now = await server.running.openLan({ host: '127.0.0.1', port: 0 });
    expect(now.code).toMatch(/^[A-Z0-9]{3} [A-Z0-9]{3}$/u);
    expect([now.code === lan.code, now.link]).toEqual([false, lan.link]);
    expect(onChange.mock.calls.map(([side]) => side.code)).toEqual([now.code]);
    expect(told(await enter(side, lan.code))).toEqual([401, 'CODE_INVALID']);
    expect(told(await enter(side, now.code))).toEqual([201, null]);
    expect(told(await enter(side, behindTheHash(lan.link), '127.0.0.100'))).toEqual([201, null]);
    expect((await session.send(FORM)).status).toBe(201);
    const log = JSON.stringify(server.log);
    expect(log).toContain('code:changed');
    for (const secret of [lan.code, now.code, now.code.replace(' ', ''), behindTheHash(lan.link)]) expect(log).not.toContain(secret);
  });

  test('a code of one\'s own stays, and rests after sixty; who is in and who scans is let through', async () => {
    const server = await startTestServer();
    const session = createClient(server.url, await tokenFrom(await enter(server, TEST_CODE)));
    await guessFromEverywhere(server);
    expect(told(await enter(server, TEST_CODE, '127.0.0.9'))).toEqual([429, 'PIN_LOCKED']);
    expect(told(await enter(server, invitationOf(server), '127.0.0.9'))).toEqual([201, null]);
    expect((await session.send(FORM)).status).toBe(201);
  });
});

describe('an invitation', () => {
  test('has more than 128 bits, is another on every server, and is worth nothing when it is wrong, however often', async () => {
    const server = await startTestServer();
    const other = await startTestServer();
    expect(invitationOf(server)).toMatch(/^i1\.[\w-]{22}$/u);
    expect(invitationOf(other)).not.toBe(invitationOf(server));
    for (let attempt = 0; attempt < 8; attempt += 1) expect(told(await enter(server, invitationOf(other)))).toEqual([401, 'INVITATION_INVALID']);
    expect(told(await enter(server, TEST_CODE))).toEqual([201, null]);
    expect((await createClient(server.url, invitationOf(server)).send(FORM)).status).toBe(201);
  });

  test('is the same for all processes with one code on one folder, and so are their sessions, also after a restart', async () => {
    const { path, remove } = await makeTempFolder();
    try {
      const folder = join(path, 'uploads');
      const [one, two] = [await startTestServer({ folder }), await startTestServer({ folder })];
      expect(invitationOf(two)).toBe(invitationOf(one));
      const token = await tokenFrom(await enter(one, invitationOf(one)));
      expect((await createClient(two.url, token).send(FORM)).status).toBe(201);
      await one.stop();
      const again = await startTestServer({ folder });
      expect((await createClient(again.url, token).send(FORM)).status).toBe(201);
      const changed = await startTestServer({ folder, code: 'ANOTHER7' });
      expect((await createClient(changed.url, token).request('GET', '/api/uploads')).status).toBe(401);
    } finally {
      await remove();
    }
  });

  test('what signs does not follow from the code: whoever tries codes on tokens of their own making gets nowhere', async () => {
    const server = await startTestServer();
    const body = Buffer.from(JSON.stringify(['page-x', 'Me', Date.now() + 60_000])).toString('base64url');
    const keys = [Buffer.from(TEST_CODE), scryptSync(TEST_CODE, 'slipway sessions', 32), createHmac('sha256', '').update(TEST_CODE).digest()];
    for (const key of keys) {
      const token = `s1.${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
      expect(told(await createClient(server.url, token).request('GET', '/api/uploads'))).toEqual([401, 'TOKEN_INVALID']);
    }
  });
});

describe('what the processes on one folder share', () => {
  test('is for its user alone; one that was cut is made anew', async () => {
    const { path, remove } = await makeTempFolder();
    try {
      const folder = join(path, 'uploads');
      const first = await startTestServer({ folder });
      const file = join(folder, STAGING_NAME, 'access.key');
      const secret = await readFile(file);
      expect([secret.length, (await stat(file)).mode & 0o777]).toEqual([32, 0o600]);
      const before = invitationOf(first);
      await first.stop();
      await writeFile(file, secret.subarray(0, 5));
      const second = await startTestServer({ folder });
      expect((await readFile(file)).length).toBe(32);
      expect(invitationOf(second)).not.toBe(before);
    } finally {
      await remove();
    }
  });
});
