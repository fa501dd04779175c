import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromium, expect, test, type Browser, type Page } from '@playwright/test';
import { launchServer, TEST_CODE, type TestServer } from '../../helpers/launch-server.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const PAGE_FOLDER = fileURLToPath(new URL('../../../out/renderer/page', import.meta.url));

/** Somebody else's page, at a name of its own on this computer: as near as an attacker in the network can come. */
interface EvilSite {
  readonly url: string;
  readonly visits: string[];
  close(): void;
}

async function startEvilSite(): Promise<EvilSite> {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Evil</title><body>evil');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://evil.test:${(server.address() as AddressInfo).port}`, visits, close: () => void server.close() };
}

// One browser with names of its own for all of them.
test.describe.configure({ mode: 'default' });

let browser: Browser;
let evil: EvilSite;
/** Asks for no code: whatever is refused here is not refused for want of one. */
let open: TestServer;
let page: Page;

test.beforeAll(async ({ launchOptions }) => {
  evil = await startEvilSite();
  // What newer browsers do by themselves against pages that reach into the network is off: the server has to hold without it.
  const flags = ['--host-resolver-rules=MAP *.test 127.0.0.1', '--disable-features=LocalNetworkAccessChecks,PrivateNetworkAccessSendPreflights,BlockInsecurePrivateNetworkRequests'];
  browser = await chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), ...flags] });
});
test.beforeEach(async () => {
  open = await launchServer({ code: null, pageFolder: PAGE_FOLDER });
  page = await browser.newPage();
  await page.goto(evil.url);
});
test.afterEach(async () => {
  await page.close();
  await open.stop();
});
test.afterAll(async () => {
  await browser.close();
  evil.close();
});

const refusals = (): readonly unknown[] => open.log.filter(({ event }) => event === 'request:refused').map(({ fields }) => fields['code']);

test('C7: forms that a page of another site sends without asking are refused, and logged', async () => {
  const disk = await watchDisk(open);
  const seen = await page.evaluate(async (url) => {
    const outcomes: string[] = [];
    for (const path of ['/api/uploads', '/uploadfile', '/api/session', '/api/batches', '/api/tus']) {
      for (const body of [() => { const form = new FormData(); form.append('file', new File(['evil'], 'evil.txt')); return form; }, () => new Blob(['{"files":[]}'], { type: 'text/plain' }), () => new URLSearchParams({ code: 'x' })]) {
        outcomes.push(await fetch(url + path, { method: 'POST', mode: 'no-cors', credentials: 'include', body: body() }).then(() => 'answered', () => 'blocked'));
      }
    }
    navigator.sendBeacon(`${url}/uploadfile`, new Blob(['x'], { type: 'text/plain' }));
    return outcomes;
  }, open.url);
  // The page does not even learn that it was refused.
  expect([...new Set(seen)]).toEqual(['blocked']);
  await expect.poll(() => refusals().length).toBe(seen.length + 1);
  expect(new Set(refusals())).toEqual(new Set(['ORIGIN_NOT_ALLOWED']));
  await page.close();
  await disk.expectClean();
});

test('C6, C10: what a page of another site has to ask for first is allowed nothing, also from a frame without an origin', async () => {
  const disk = await watchDisk(open);
  const outcomes = await page.evaluate(async ({ url, code }) => {
    const tries: readonly [string, RequestInit][] = [
      ['/api/uploads', { headers: { authorization: `Bearer ${code}` } }], ['/api/uploads', { method: 'DELETE' }], ['/api/tus', { method: 'POST', headers: { 'tus-resumable': '1.0.0', 'upload-length': '1' } }],
      ['/api/tus/x', { method: 'PATCH', headers: { 'content-type': 'application/offset+octet-stream' }, body: 'x' }], ['/api/batches', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }],
      ['/api/server', {}], ['/upload_status?key=x', {}], ['/', {}],
    ];
    const own = await Promise.all(tries.map(([path, init]) => fetch(url + path, init).then(() => 'read', () => 'blocked')));
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    const told = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data), { once: true }));
    frame.srcdoc = `<script>fetch('${url}/uploadfile', { method: 'POST', mode: 'no-cors', body: new FormData() }).then(() => parent.postMessage('sent', '*'), () => parent.postMessage('failed', '*'))</script>`;
    document.body.append(frame);
    return { own, fromFrame: await told };
  }, { url: open.url, code: TEST_CODE });
  expect(outcomes).toEqual({ own: Array(8).fill('blocked'), fromFrame: 'failed' });
  expect(refusals()).toContain('ORIGIN_NOT_ALLOWED');
  expect(new Set(refusals())).toEqual(new Set(['ORIGIN_NOT_ALLOWED']));
  expect(await open.owner.records()).toEqual([]);
  await page.close();
  await disk.expectClean();
});

test('C8: a form that leads from another site to ours shows a refusal and stores nothing', async () => {
  const disk = await watchDisk(open);
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().startsWith(open.url)),
    page.evaluate((url) => {
      const form = document.createElement('form');
      Object.assign(form, { action: `${url}/uploadfile`, method: 'post', enctype: 'multipart/form-data' });
      const input = document.createElement('input');
      Object.assign(input, { type: 'file', name: 'file' });
      const chosen = new DataTransfer();
      chosen.items.add(new File(['<script>alert(1)</script>'], '<img src=x onerror=alert(1)>.html'));
      input.files = chosen.files;
      form.append(input);
      document.body.append(form);
      form.submit();
    }, open.url),
  ]);
  expect([answer.status(), answer.headers()['content-type'], answer.headers()['x-content-type-options']]).toEqual([403, 'application/json; charset=utf-8', 'nosniff']);
  expect(await answer.text()).not.toContain('script');
  await page.close();
  await disk.expectClean();
});

test('C9: a name that is turned to our address gets nothing, also from a page that was loaded under it before', async () => {
  const disk = await watchDisk(open);
  const rebound = `http://rebind.test:${open.port}`;
  // The first answer is the attacker's; then the name leads here.
  await page.route(`${rebound}/`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Evil</title>' }), { times: 1 });
  await page.goto(`${rebound}/`);
  const answers = await page.evaluate(async (code) => {
    const form = new FormData();
    form.append('file', new File(['evil'], 'evil.txt'));
    const tries: readonly [string, RequestInit][] = [
      ['/uploadfile', { method: 'POST', body: form, headers: { 'x-requested-with': 'XMLHttpRequest' } }], ['/api/uploads', { headers: { authorization: `Bearer ${code}` } }], ['/healthz', {}], ['/', {}], ['/api/server', {}],
    ];
    return Promise.all(tries.map(async ([path, init]) => {
      const response = await fetch(path, init);
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    }));
  }, TEST_CODE);
  expect(answers).toEqual(Array(5).fill([421, 'HOST_NOT_ALLOWED']));
  expect((await page.goto(`${rebound}/`))?.status()).toBe(421);
  await page.close();
  await disk.expectClean();
});

test('C22: our page shows in nobody\'s frame, is no script or picture of others, and does not answer to who opened it', async () => {
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  const [script = ''] = /\/assets\/[\w-]+\.js/u.exec((await open.stranger.request('GET', '/')).text) ?? [];
  const seen = await page.evaluate(async ({ url, path }) => {
    const load = (name: string, attribute: string, target: string): Promise<string> => new Promise((resolve) => {
      const element = document.createElement(name);
      element.addEventListener('load', () => resolve('loaded'));
      element.addEventListener('error', () => resolve('blocked'));
      element.setAttribute(attribute, target);
      document.body.append(element);
    });
    const frame = document.createElement('iframe');
    frame.src = `${url}/`;
    const framed = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.body.append(frame);
    await framed;
    return [await load('script', 'src', url + path), await load('img', 'src', `${url}/api/uploads`), frame.contentDocument === null];
  }, { url: open.url, path: script });
  expect(script).not.toBe('');
  expect(seen).toEqual(['blocked', 'blocked', true]);
  expect(page.frames().find((frame) => frame.url().startsWith(open.url))).toBeUndefined();
  expect(complaints.join('\n')).toMatch(/frame-ancestors|X-Frame-Options|refused to connect/iu);
  const [opened] = await Promise.all([page.waitForEvent('popup'), page.evaluate((url) => void Object.assign(window, { ours: window.open(url) }), open.url)]);
  await opened.waitForLoadState();
  await expect.poll(() => page.evaluate(() => (Reflect.get(window, 'ours') as Window).closed)).toBe(true);
  expect(await opened.evaluate(() => window.opener === null)).toBe(true);
  await opened.close();
});

test('C24: whatever stands behind the question mark of the page is neither run nor shown', async () => {
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  for (const query of ['?next=javascript:alert(1)', '?msg=<script>alert(1)</script>', '?code=<img src=x onerror=alert(1)>', '?filter=(.%2B)%2Bx']) {
    await page.goto(`${open.url}/${query}#"><img src=x onerror=alert(1)>`);
    await expect(page.getByRole('button', { name: 'Choose photos or files' }).or(page.getByLabel('Code'))).toBeVisible();
    expect(await page.locator('body').innerHTML()).not.toMatch(/alert\(1\)|javascript:/u);
    // Without a way to show or keep it, it is gone from the address too.
    expect(new URL(page.url()).hash).toBe('');
  }
  expect(dialogs).toEqual([]);
});
