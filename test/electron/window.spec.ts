import { expect, test } from '@playwright/test';
import { Application } from '../helpers/application.ts';

const app = new Application();
test.beforeAll(() => app.start());
test.afterAll(() => app.dispose());

test('J1: the window is sandboxed and isolated', async () => {
  expect(app.isRunning()).toBe(true);
  expect(new URL(app.window.url()).href).toBe('app://slipway/index.html');
  const preferences = await app.electron.evaluate(({ BrowserWindow }) => {
    // Not in the public types, but the only way to see what a running page really has.
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as { getLastWebPreferences?(): Record<string, unknown> } | undefined;
    return contents?.getLastWebPreferences?.() ?? {};
  });
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true });
  expect(preferences['webviewTag'] ?? false).toBe(false);
  expect(preferences['allowRunningInsecureContent'] ?? false).toBe(false);
  expect(preferences['nodeIntegrationInSubFrames'] ?? false).toBe(false);
});

test('J1: the page has the bridge, and nothing of Node', async () => {
  const seen = await app.window.evaluate(() => ({
    bridge: Object.keys(window.desktop).sort(),
    leaks: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter((name) => name in window),
  }));
  expect(seen.bridge).toEqual([
    'abortFetch', 'chooseUploadFolder', 'copyText', 'fetch', 'getNetworks', 'getPaused', 'getReceive', 'getRecovered', 'getSettings', 'onDevices', 'onMenu', 'onPaused', 'onReceive', 'pause',
    'pickAndSend', 'platform', 'retry', 'sendFiles', 'setAsking', 'setDuplicates', 'setHttps', 'setReceive', 'setReceiveRules', 'showInFolder', 'showProgress', 'unpause',
  ]);
  expect(seen.leaks).toEqual([]);
});

test('J1: what the window copies is on the clipboard, one line of it and nothing that a terminal would run by itself', async () => {
  const clipboard = (): Promise<string> => app.electron.evaluate((electron) => electron.clipboard.readText());
  await app.window.evaluate(() => window.desktop.copyText('sudo ufw allow 41999/tcp'));
  await expect.poll(clipboard).toBe('sudo ufw allow 41999/tcp');
  await app.window.evaluate(async () => {
    for (const text of ['rm -rf x\n', 'a\rb', '\u001B[2J', '', 'x'.repeat(501)]) window.desktop.copyText(text);
    // What is asked later is answered later.
    await window.desktop.getSettings();
  });
  expect(await clipboard()).toBe('sudo ufw allow 41999/tcp');
});

test('J6: the page opens no windows and goes nowhere else', async () => {
  expect(await app.window.evaluate(() => window.open('https://example.org') === null)).toBe(true);
  await app.window.evaluate(() => {
    location.href = 'https://example.org/';
  });
  await app.window.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'file:///etc/passwd';
    document.body.append(link);
    link.click();
    link.remove();
  });
  await expect.poll(() => app.log).toMatch(/page:navigation-denied/);
  expect(app.window.url()).toBe('app://slipway/index.html');
  expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('J7: what a page usually asks for is denied', async () => {
  const states = await app.window.evaluate(async () => ({
    notification: await Notification.requestPermission(),
    others: await Promise.all(['camera', 'microphone', 'clipboard-read', 'midi', 'storage-access', 'screen-wake-lock'].map(async (name) =>
      (await navigator.permissions.query({ name: name as PermissionName })).state)),
    place: await new Promise((resolve) => navigator.geolocation.getCurrentPosition(() => resolve('granted'), (error) => resolve(error.code))),
  }));
  expect(states).toEqual({ notification: 'denied', others: Array.from({ length: 6 }, () => 'denied'), place: 1 });
});

test('J8: the app protocol serves the window with its policy, and nothing else', async () => {
  const fetched = await app.electron.evaluate(async ({ net }) => {
    const get = async (url: string) => {
      const response = await net.fetch(url);
      return { status: response.status, policy: response.headers.get('content-security-policy'), sniff: response.headers.get('x-content-type-options'), text: await response.text() };
    };
    return {
      index: await get('app://slipway/index.html'),
      refused: await Promise.all([
        'app://slipway/../../../package.json', 'app://slipway/%2e%2e/%2e%2e/%2e%2e/package.json', 'app://slipway/..%2f..%2f..%2fpackage.json',
        'app://slipway/..%5c..%5cpackage.json', 'app://slipway/%00', 'app://other/index.html', 'app://slipway/nothing.js',
        'app://slipway/%0d%0aset-cookie:a.js',
      ].map(get)),
      posted: (await net.fetch('app://slipway/index.html', { method: 'POST', body: 'x' })).status,
    };
  });
  expect(fetched.index).toMatchObject({ status: 200, sniff: 'nosniff' });
  expect(fetched.index.text).toContain('<!doctype html>');
  for (const answer of fetched.refused) expect(answer).toMatchObject({ status: 404, text: 'Not found', policy: fetched.index.policy });
  expect(fetched.posted).toBe(404);
  expect(fetched.index.policy).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'none'; img-src 'self' data: blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  );
});

test('J8: the page cannot reach any server by itself, nor run what is written into it', async () => {
  const outcome = await app.window.evaluate(async () => {
    const violations: string[] = [];
    const bothSeen = new Promise<void>((resolve) => addEventListener('securitypolicyviolation', (event) => {
      violations.push(event.effectiveDirective);
      if (violations.length === 2) resolve();
    }));
    const script = document.createElement('script');
    script.textContent = 'window.hacked = true';
    document.body.append(script);
    script.remove();
    const fetched = await fetch('http://127.0.0.1:9/').then(() => 'answered', () => 'refused');
    await bothSeen;
    return { fetched, violations: violations.sort(), hacked: 'hacked' in window };
  });
  expect(outcome).toEqual({ fetched: 'refused', violations: ['connect-src', 'script-src-elem'], hacked: false });
});

test('J2: calls from another page than our own top frame are refused, and nothing runs', async () => {
  const answers = await app.electron.evaluate(async ({ BrowserWindow }) => {
    const ask = `(async () => {
      const { ipcRenderer } = require('electron');
      const calls = [['receive:set', { on: true }], ['api:fetch', { id: 'x', method: 'GET', path: '/api/uploads', headers: {}, body: null }], ['files:send', { paths: ['/etc/passwd'] }]];
      return Promise.all(calls.map(([channel, ask]) => ipcRenderer.invoke(channel, ask).then(() => 'answered', (error) => error.message)));
    })()`;
    const foreign = new BrowserWindow({ show: false, webPreferences: { nodeIntegration: true, contextIsolation: false, sandbox: false } });
    try {
      const said: string[][] = [];
      for (const url of ['about:blank', 'data:text/html,<p>x']) {
        await foreign.loadURL(url);
        said.push((await foreign.webContents.executeJavaScript(ask)) as string[]);
      }
      return said.flat();
    } finally {
      foreign.destroy();
    }
  });
  expect(answers).toHaveLength(6);
  for (const answer of answers) expect(answer).toContain('IPC_SENDER_DENIED');
  expect(await app.window.evaluate(() => window.desktop.getReceive())).toEqual({ on: false });
});

test('J2: a frame inside the page has no bridge', async () => {
  const bridged = await app.window.evaluate(() => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const has = 'desktop' in (frame.contentWindow ?? {});
    frame.remove();
    return has;
  });
  expect(bridged).toBe(false);
});

test('light and dark follow the system', async () => {
  const background = () => app.window.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const seen: string[] = [];
  for (const theme of ['light', 'dark'] as const) {
    await app.electron.evaluate(({ nativeTheme }, source) => {
      nativeTheme.themeSource = source;
    }, theme);
    await expect.poll(() => app.window.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(theme === 'dark');
    seen.push(await background());
  }
  // What the window shows before the page has painted.
  expect(seen).toEqual(['rgb(238, 242, 243)', 'rgb(14, 21, 25)']);
});
