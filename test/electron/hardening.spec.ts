import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { Application } from '../helpers/application.ts';
import { bridgedFetch, readRecords, waitForUpload } from '../helpers/desktop-probe.ts';
import { buildAnnouncedForm, announced } from '../helpers/multipart.ts';
import { createClient } from '../helpers/client.ts';

const app = new Application();
test.beforeAll(() => app.start());
test.afterAll(() => app.dispose());

/** A server that notes who comes. */
async function startTrap(): Promise<{ readonly url: string; readonly visits: readonly string[]; close(): void }> {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(`${request.method} ${request.url}`);
    response.end('caught');
  });
  server.on('connection', () => visits.push('connection'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, visits, close: () => void server.close() };
}

/** What main was asked to open outside, from now on. */
async function watchOpening(): Promise<() => Promise<readonly string[]>> {
  await app.electron.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = (url) => Promise.resolve(void opened.push(url));
    shell.openPath = (path) => Promise.resolve(String(opened.push(path)));
  });
  return () => app.electron.evaluate(() => Reflect.get(globalThis, 'opened') as string[]);
}

test('J4: a body of 200 MB, odd and cyclic values, and channels that nobody knows are refused, and main lives on', async () => {
  const huge = await app.window.evaluate(async () => window.desktop.fetch({ id: 'huge', method: 'POST', path: '/api/batches', headers: {}, body: 'x'.repeat(200 << 20) }));
  expect(huge).toMatchObject({ ok: false, failure: { code: 'BRIDGE_REQUEST_DENIED' } });
  const outcomes = await app.window.evaluate(async () => {
    const bridge = window.desktop as unknown as Record<string, (value: unknown) => Promise<unknown>>;
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const odd: readonly unknown[] = [cyclic, new Map([[1, 2]]), 7n, Symbol('x'), () => 1, new Proxy({}, {}), document.body, new Date(Number.NaN), Array(100_000).fill(null), '\u0000'.repeat(1000)];
    const calls = ['fetch', 'retry', 'pause', 'unpause', 'showInFolder', 'setReceive', 'setHttps', 'setDuplicates'].flatMap((name) => odd.map((value) => ({ name, value })));
    return Promise.all(calls.map(async ({ name, value }) => {
      try {
        const answer = await bridge[name]?.(value);
        return typeof answer === 'object' && answer !== null && 'ok' in answer ? answer.ok : 'answered';
      } catch {
        // What cannot be handed over never leaves the page.
        return false;
      }
    }));
  });
  expect(outcomes).toHaveLength(80);
  expect(outcomes.filter((ok) => ok !== false)).toEqual([]);
  const unknown = await app.electron.evaluate(async ({ BrowserWindow }) => {
    const foreign = new BrowserWindow({ show: false, webPreferences: { nodeIntegration: true, contextIsolation: false, sandbox: false } });
    try {
      await foreign.loadURL('about:blank');
      return (await foreign.webContents.executeJavaScript(
        `Promise.all(['nobody:knows', '__proto__', '', 'ELECTRON_BROWSER_REQUIRE'].map((channel) => require('electron').ipcRenderer.invoke(channel, 1).then(() => 'answered', (error) => error.message)))`,
      )) as string[];
    } finally {
      foreign.destroy();
    }
  });
  for (const message of unknown) expect(message).toContain('No handler registered');
  expect(await readRecords(app.window)).toEqual([]);
  expect((await bridgedFetch(app.window, { path: '/api/server' })).ok).toBe(true);
});

// Before the next one: the driver goes on waiting for navigations that were denied, and clicks nothing meanwhile.
test('J11: what arrived is shown in its folder and never opened, whatever it is called', async () => {
  const opened = await watchOpening();
  await app.electron.evaluate(({ shell }) => {
    const shown: string[] = [];
    Object.assign(globalThis, { shown });
    shell.showItemInFolder = (path) => void shown.push(path);
  });
  await app.window.evaluate(() => window.desktop.setReceive(true));
  const state = await app.window.evaluate(() => window.desktop.getReceive());
  if (!state.on) throw new Error('The switch is off.');
  const guest = createClient(state.addresses[0] ?? '', state.code.replaceAll(' ', ''));
  const names = ['invoice.pdf.exe', 'run.desktop', 'start.command', 'link.lnk', 'page.html'];
  expect((await guest.send(buildAnnouncedForm(names.map((name) => announced(name, '#!/bin/sh\n'))))).status).toBe(201);
  for (const name of names) {
    const { id } = await waitForUpload(app.window, name, 'stored');
    const row = app.window.getByRole('group', { name: new RegExp(`^${name.replaceAll('.', '\\.')}, `) });
    // Neither a click nor the keyboard on a row opens what it stands for.
    await row.dblclick();
    await row.press('Enter');
    expect(await app.window.evaluate((upload) => window.desktop.showInFolder(upload), id)).toEqual({ ok: true, value: null });
  }
  const shown = await app.electron.evaluate(() => Reflect.get(globalThis, 'shown') as string[]);
  expect([...new Set(shown)].sort()).toEqual(names.map((name) => `${app.uploadFolder}/${name}`).sort());
  expect(await opened()).toEqual([]);
  // No road gives bytes back, not even to the window.
  for (const name of names) expect(await bridgedFetch(app.window, { path: `/api/uploads/${name}` })).toMatchObject({ ok: true, response: { status: 404 } });
});

test('J6: the page opens nothing outside, embeds no view, saves no file, and cannot be led away', async () => {
  const trap = await startTrap();
  const opened = await watchOpening();
  try {
    const contents = () => app.electron.evaluate(({ webContents }) => webContents.getAllWebContents().length);
    const before = await contents();
    await app.window.evaluate((url) => {
      const targets = [`${url}/away`, 'file:///etc/passwd', 'smb://127.0.0.1/share', 'ms-msdt:/id x', 'mailto:a@example.org', 'javascript:window.hacked=1', 'data:text/html,<script>window.hacked=1</script>', 'app://slipway/index.html?other', 'about:blank'];
      for (const target of targets) {
        window.open(target);
        window.open(target, '_blank', 'nodeIntegration=yes,contextIsolation=no,webviewTag=yes');
        for (const place of ['', '_blank', '_top']) {
          const link = document.createElement('a');
          Object.assign(link, { href: target, target: place });
          document.body.append(link);
          // With the middle button too, which opens a window elsewhere.
          for (const button of [0, 1]) link.dispatchEvent(new MouseEvent(button === 0 ? 'click' : 'auxclick', { button, ctrlKey: button === 0 && place === '', bubbles: true, cancelable: true }));
          link.remove();
        }
      }
      const form = document.createElement('form');
      Object.assign(form, { action: `${url}/form`, method: 'post' });
      document.body.append(form);
      form.submit();
      form.remove();
      for (const name of ['webview', 'iframe', 'object', 'embed']) {
        const element = document.createElement(name);
        for (const attribute of ['src', 'data']) element.setAttribute(attribute, `${url}/${name}`);
        element.setAttribute('nodeintegration', '');
        document.body.append(element);
      }
      const save = document.createElement('a');
      Object.assign(save, { href: URL.createObjectURL(new Blob(['#!/bin/sh'])), download: 'run.desktop' });
      save.click();
    }, trap.url);
    await expect.poll(() => app.log).toMatch(/page:download-denied/);
    expect(app.log).toMatch(/page:window-denied/);
    expect(app.log).toMatch(/page:navigation-denied/);
    expect(await app.window.evaluate(() => 'hacked' in window)).toBe(false);
    expect(new URL(app.window.url()).href).toBe('app://slipway/index.html');
    expect(await contents()).toBe(before);
    expect([await opened(), trap.visits]).toEqual([[], []]);
    await app.window.evaluate(() => document.querySelectorAll('webview, iframe, object, embed').forEach((element) => element.remove()));
  } finally {
    trap.close();
  }
});

test('J6: a page without a policy of its own reaches no network and no file either', async () => {
  const trap = await startTrap();
  try {
    const outcomes = await app.electron.evaluate(async ({ BrowserWindow }, url) => {
      const bare = new BrowserWindow({ show: false });
      try {
        await bare.loadURL('data:text/html,<p>bare');
        return (await bare.webContents.executeJavaScript(`Promise.all(['${url}/x', 'file:///etc/passwd', 'app://slipway/index.html'].map((url) => fetch(url, { mode: 'no-cors' }).then(() => 'reached', () => 'refused')).concat(
          new Promise((resolve) => { const socket = new WebSocket('${url.replace('http', 'ws')}'); socket.onopen = () => resolve('reached'); socket.onerror = () => resolve('refused'); })))`)) as string[];
      } finally {
        bare.destroy();
      }
    }, trap.url);
    expect(outcomes).toEqual(['refused', 'refused', 'refused', 'refused']);
    expect(trap.visits).toEqual([]);
  } finally {
    trap.close();
  }
});

test('J7: every permission and every device is denied, asked for or looked up', async () => {
  const states = await app.window.evaluate(async () => {
    const names = [
      'geolocation', 'notifications', 'push', 'midi', 'camera', 'microphone', 'background-sync', 'background-fetch', 'accelerometer', 'clipboard-read', 'clipboard-write', 'payment-handler',
      'idle-detection', 'periodic-background-sync', 'storage-access', 'window-management', 'local-fonts', 'display-capture', 'nfc', 'screen-wake-lock', 'persistent-storage', 'speaker-selection',
      'keyboard-lock', 'pointer-lock', 'local-network-access', 'local-network', 'loopback-network', 'top-level-storage-access',
    ];
    const found: Record<string, string> = {};
    for (const name of names) {
      // A browser knows some of them under one version only.
      const state = await navigator.permissions.query({ name: name as PermissionName }).then((permission) => permission.state, () => null);
      if (state !== null) found[name] = state;
    }
    return found;
  });
  expect(Object.keys(states).length).toBeGreaterThan(12);
  expect(Object.entries(states).filter(([, state]) => state !== 'denied')).toEqual([]);

  const asked = await app.window.evaluate(async () => {
    const anything = navigator as unknown as Record<string, Record<string, (wish: unknown) => Promise<unknown>> | undefined>;
    const asks: Readonly<Record<string, () => Promise<unknown> | undefined>> = {
      camera: () => navigator.mediaDevices.getUserMedia({ video: true, audio: true }),
      screen: () => navigator.mediaDevices.getDisplayMedia(),
      usb: () => anything['usb']?.['requestDevice']?.({ filters: [] }),
      serial: () => anything['serial']?.['requestPort']?.({}),
      bluetooth: () => anything['bluetooth']?.['requestDevice']?.({ acceptAllDevices: true }),
      midi: () => navigator.requestMIDIAccess({ sysex: true }),
      clipboard: () => navigator.clipboard.readText(),
      wakeLock: () => navigator.wakeLock.request('screen'),
      fonts: () => (window as unknown as { queryLocalFonts?: () => Promise<readonly unknown[]> }).queryLocalFonts?.().then((fonts) => (fonts.length === 0 ? undefined : fonts)),
      screens: () => (window as unknown as { getScreenDetails?: () => Promise<unknown> }).getScreenDetails?.(),
      idle: () => (window as unknown as { IdleDetector?: { requestPermission(): Promise<string> } }).IdleDetector?.requestPermission().then((state) => (state === 'denied' ? Promise.reject(new Error(state)) : state)),
    };
    const granted: string[] = [];
    for (const [what, ask] of Object.entries(asks)) {
      try {
        if ((await ask()) !== undefined) granted.push(what);
      } catch {
        // Denied, as it should be.
      }
    }
    const hid = await anything['hid']?.['requestDevice']?.({ filters: [] }).then((devices) => (devices as unknown[]).length, () => 0);
    return { granted, hid: hid ?? 0 };
  });
  expect(asked).toEqual({ granted: [], hid: 0 });
  expect(app.log).toMatch(/page:permission-denied/);
});
