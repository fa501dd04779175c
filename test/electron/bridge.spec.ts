import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import type { BridgedRequest } from '../../electron/contracts/bridge.ts';
import { Application } from '../helpers/application.ts';
import { bridgedFetch, readRecords } from '../helpers/desktop-probe.ts';

const app = new Application();
test.beforeAll(() => app.start());
test.afterAll(() => app.dispose());

test('the bridged fetch reaches the API as the owner, and passes every status on', async () => {
  const server = await bridgedFetch(app.window, { path: '/api/server' });
  expect(server).toMatchObject({ ok: true, response: { status: 200 } });
  const missing = await bridgedFetch(app.window, { path: '/api/uploads/nobody' });
  expect(missing).toMatchObject({ ok: true, response: { status: 404 } });
  if (missing.ok) expect(JSON.parse(missing.response.body)).toMatchObject({ error: { code: 'UPLOAD_NOT_FOUND' } });
});

test('J3: anything else is denied, and no socket is opened for it', async () => {
  const touched: string[] = [];
  const trap = createServer((request, response) => {
    touched.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  const evil = `127.0.0.1:${(trap.address() as AddressInfo).port}`;
  try {
    const denied: readonly Partial<BridgedRequest>[] = [
      { path: 'http://169.254.169.254/api/latest' }, { path: `http://${evil}/api/x` }, { path: `//${evil}/api/x` }, { path: `/\\${evil}/api/x` },
      { path: '/api/../uploadfile' }, { path: '/api/%2e%2e/uploadfile' }, { path: '/a/../../x' }, { path: '/uploadfile' }, { path: 'file:///etc/passwd' },
      { path: '/api/uploads\r\nHost: evil' },
      { headers: { accept: 'a\r\nHost: evil' } }, { headers: { Host: 'evil' } }, { headers: { Authorization: 'Bearer x' } }, { headers: { Origin: 'http://evil' } },
      // What a taken-over page could ask for, whatever the types say.
      { method: 'TRACE' as 'GET' }, { method: 'PUT' as 'GET' }, { body: 7 as unknown as string }, { headers: null as unknown as BridgedRequest['headers'] },
      { method: 'POST', path: '/api/batches', body: 'x'.repeat((1 << 20) + 1) },
    ];
    for (const request of denied) {
      expect(await bridgedFetch(app.window, request), JSON.stringify(request).slice(0, 80)).toMatchObject({ ok: false, failure: { code: 'BRIDGE_REQUEST_DENIED' } });
    }
    expect(touched).toEqual([]);
  } finally {
    trap.close();
  }
});

test('the page never sees the token', async () => {
  const said: string[] = [];
  for (const path of ['/api/server', '/api/uploads', '/api/uploads/nobody']) said.push(JSON.stringify(await bridgedFetch(app.window, { path })));
  said.push(await app.window.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, location.href])));
  expect(said.join('\n')).not.toMatch(/bearer/i);
});

test('a request can be called off, and its id serves again', async () => {
  const outcome = await app.window.evaluate(async () => {
    const request = { id: 'same', method: 'GET', path: '/api/server', headers: {}, body: null } as const;
    const first = window.desktop.fetch(request);
    const clash = window.desktop.fetch(request);
    window.desktop.abortFetch('same');
    window.desktop.abortFetch('unknown');
    return { first: await first, clash: await clash, again: await window.desktop.fetch(request) };
  });
  expect(outcome.first).toMatchObject({ ok: false, failure: { code: 'ABORTED' } });
  expect(outcome.clash).toMatchObject({ ok: false, failure: { code: 'BRIDGE_REQUEST_DENIED' } });
  expect(outcome.again).toMatchObject({ ok: true, response: { status: 200 } });
});

test('J5: a path as a string, and a file that a script made, are not granted', async () => {
  const answers = await app.window.evaluate(async () => {
    const send = window.desktop.sendFiles as (things: readonly unknown[]) => Promise<unknown>;
    const dressedUp = { path: '/etc/shadow', name: 'shadow', size: 1, [Symbol.toStringTag]: 'File' };
    return Promise.all([['/etc/shadow'], [new File(['x'], '/etc/shadow')], [dressedUp.path, new Blob(['x'])], []].map((things) => send(things)));
  });
  for (const answer of answers) expect(answer).toMatchObject({ ok: false, failure: { code: 'PATH_NOT_GRANTED' } });
  expect(await readRecords(app.window)).toEqual([]);
});

test('J4: what is asked with odd values is refused, and main lives on', async () => {
  const answers = await app.window.evaluate(async () => {
    const { retry, showInFolder, setReceive, pause, unpause } = window.desktop as unknown as Record<'retry' | 'showInFolder' | 'setReceive' | 'pause' | 'unpause', (value: unknown) => Promise<unknown>>;
    for (const fraction of ['half', 7, Number.NaN]) (window.desktop.showProgress as (value: unknown) => void)(fraction);
    return Promise.all([retry(['../x\n']), retry('all'), retry(['never-heard-of']), showInFolder('../../etc/passwd'), showInFolder(7), setReceive('yes'),
      pause(undefined), pause([7]), pause(['../x\n']), unpause('all')]);
  });
  expect(answers.map((answer) => (answer as { failure: { code: string } }).failure.code)).toEqual([
    'BRIDGE_REQUEST_DENIED', 'BRIDGE_REQUEST_DENIED', 'FILE_MISSING', 'FILE_MISSING', 'FILE_MISSING', 'BRIDGE_REQUEST_DENIED',
    'BRIDGE_REQUEST_DENIED', 'BRIDGE_REQUEST_DENIED', 'BRIDGE_REQUEST_DENIED', 'BRIDGE_REQUEST_DENIED',
  ]);
  expect(await app.window.evaluate(() => window.desktop.pause(['never-heard-of']))).toEqual({ ok: true, value: null });
  expect(await app.window.evaluate(() => window.desktop.getPaused())).toEqual([]);
  expect(app.isRunning()).toBe(true);
});
