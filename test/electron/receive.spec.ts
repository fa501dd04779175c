import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { connect } from 'node:tls';
import { expect, test } from '@playwright/test';
import type { ReceiveState } from '../../electron/contracts/bridge.ts';
import { Application } from '../helpers/application.ts';
import { createClient } from '../helpers/client.ts';
import { bridgedFetch, waitForUpload } from '../helpers/desktop-probe.ts';
import { hashFile } from '../helpers/disk.ts';
import { announced, buildAnnouncedForm } from '../helpers/multipart.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { findTool, isSkipped } from '../helpers/tools.ts';

type Open = Extract<ReceiveState, { on: true }>;

const app = new Application();
test.beforeEach(() => app.start());
test.afterEach(() => app.dispose());

const theSwitch = () => app.window.getByRole('switch', { name: 'Receive from phones' });

async function readOpen(): Promise<Open> {
  const state = await app.window.evaluate(() => window.desktop.getReceive());
  if (!state.on) throw new Error('The switch is off.');
  return state;
}

async function turnOn(): Promise<Open> {
  await theSwitch().click();
  await expect(theSwitch()).toBeChecked();
  return readOpen();
}

test('off at first: nothing but the loopback listener is there', async () => {
  await expect(theSwitch()).not.toBeChecked();
  expect(await app.window.evaluate(() => window.desktop.getReceive())).toEqual({ on: false });
});

test('the switch shows code, address and a QR code; a guest with the code sends, and the window shows it', async () => {
  const { code, addresses, link } = await turnOn();
  await expect(app.window.getByText(code)).toBeVisible();
  await expect(app.window.getByText(addresses[0] ?? '-', { exact: true })).toBeVisible();
  await expect(app.window.getByText('Waiting for the first device')).toBeVisible();
  expect(link).toMatch(/\/#i1\.[\w-]{22}$/);
  expect(link.startsWith(`${addresses[0]}/#`)).toBe(true);

  const bytes = sampleBytes(4_000_000);
  const sent = await createClient(addresses[0] ?? '', code.replaceAll(' ', '')).send(buildAnnouncedForm([announced('from phone.jpg', bytes)]));
  expect(sent.status).toBe(201);
  const record = await waitForUpload(app.window, 'from phone.jpg', 'stored');
  expect(record.sender.kind).toBe('api');
  await expect(app.window.getByRole('group', { name: /^from phone\.jpg, / })).toContainText(/Stored|Verified/);
  expect(await hashFile(path.join(app.uploadFolder, 'from phone.jpg'))).toBe(sha256(bytes));
});

test('the QR code on the screen says the link', async () => {
  test.skip(isSkipped('zbarimg'), 'without zbarimg, as asked');
  const { link } = await turnOn();
  const picture = app.inTemp('window.png');
  await app.window.screenshot({ path: picture });
  expect(execFileSync(findTool('zbarimg'), ['--quiet', '--raw', picture], { encoding: 'utf8' }).trim()).toBe(link);
});

test('a device that opens the page is told of at once', async () => {
  const { addresses } = await turnOn();
  const page = await fetch(`${addresses[0]}/`, { headers: { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1' } });
  expect(page.status).toBe(200);
  await expect(app.window.getByText(/iPhone/)).toBeVisible();
  expect((await readOpen()).visitors).toHaveLength(1);
});

test('a guest without the right code is kept out, and never is the owner', async () => {
  const { addresses, code } = await turnOn();
  const url = addresses[0] ?? '';
  const form = buildAnnouncedForm([announced('a.txt', 'x')]);
  expect((await createClient(url, null).post('/api/uploads', form)).status).toBe(401);
  expect((await createClient(url, 'WRONG1').post('/api/uploads', form)).status).toBe(401);
  const own = await bridgedFetch(app.window, { method: 'POST', path: '/api/batches', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ files: [{ id: 'owner-file', name: 'secret plan.txt', size: 1 }] }) });
  expect(own).toMatchObject({ ok: true, response: { status: 201 } });
  const guest = createClient(url, code.replaceAll(' ', ''));
  expect(await guest.records()).toEqual([]);
  expect((await guest.request('GET', '/api/uploads/owner-file')).status).toBe(404);
});

test('HTTPS: the switch shows the fingerprint of the certificate that devices see, and is kept over a restart', async () => {
  const plain = await turnOn();
  expect(plain.fingerprint).toBeNull();
  await app.window.getByRole('checkbox', { name: 'Encrypt (HTTPS)' }).check();
  await expect(app.window.getByText('SHA-256 fingerprint')).toBeVisible();
  const secure = await readOpen();
  const { hostname, port } = new URL(secure.addresses[0] ?? '');
  const seen = await new Promise<string>((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    }).once('error', reject);
  });
  expect([secure.link.startsWith('https://'), secure.fingerprint]).toEqual([true, seen]);
  await expect(app.window.getByText(seen.replaceAll(':', ' '))).toBeVisible();
  await app.restart();
  const again = await turnOn();
  expect(again.fingerprint).toBe(seen);
  await app.window.getByRole('checkbox', { name: 'Encrypt (HTTPS)' }).uncheck();
  await expect(app.window.getByText('Not encrypted')).toBeVisible();
  expect((await fetch(`${(await readOpen()).addresses[0]}/`)).status).toBe(200);
});

test('off again: nobody answers there any more, and the next time has another code', async () => {
  const { addresses, code } = await turnOn();
  await theSwitch().click();
  await expect(theSwitch()).not.toBeChecked();
  await expect(fetch(`${addresses[0]}/`)).rejects.toThrow();
  expect((await turnOn()).code).not.toBe(code);
});

test('when another program has the usual port, another one serves', async () => {
  const other = createServer();
  const taken = await new Promise<boolean>((resolve) => {
    other.once('error', () => resolve(false));
    other.listen(8484, '127.0.0.1', () => resolve(true));
  });
  try {
    const { addresses } = await turnOn();
    expect(new URL(addresses[0] ?? '').port).not.toBe('8484');
    expect((await fetch(`${addresses[0]}/`)).status).toBe(200);
  } finally {
    if (taken) other.close();
  }
});
