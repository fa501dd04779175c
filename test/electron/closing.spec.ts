import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import type { UploadRecord } from '../../server/contracts/upload.ts';
import type { Application } from '../helpers/application.ts';
import { readRecords, waitForUpload } from '../helpers/desktop-probe.ts';
import { listStaging, listTree } from '../helpers/disk.ts';
import { ENDLESS_BYTES } from '../helpers/send-probe.ts';
import { makeSparseFile } from '../helpers/sparse-file.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { createWiredApp, type WiredApp } from '../helpers/wired-app.ts';
import { USUAL_SETTINGS } from '../helpers/usual-settings.ts';

const run = promisify(execFile);

let wired: WiredApp;
let app: Application;
test.beforeEach(async () => {
  wired = await createWiredApp();
  app = wired.app;
  await wired.start();
});
test.afterEach(() => wired.stop());

/** Answers the question with `button` and notes what was asked. */
async function answerQuestions(button: number): Promise<void> {
  await app.electron.evaluate(({ dialog }, response) => {
    const questions: unknown[] = [];
    Object.assign(globalThis, { questions });
    dialog.showMessageBox = (...asked: unknown[]) => {
      questions.push(asked.at(-1));
      return Promise.resolve({ response, checkboxChecked: false });
    };
  }, button);
}

const readQuestions = () => app.electron.evaluate(() => Reflect.get(globalThis, 'questions') as Record<string, unknown>[]);
const closeWindow = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());

async function sendEndless(...names: readonly string[]): Promise<void> {
  for (const name of names) await makeSparseFile(app.inTemp(name), ENDLESS_BYTES);
  await app.drop(names.map((name) => app.inTemp(name)));
  for (const name of names) await waitForUpload(app.window, name, 'receiving');
}

test('with nothing under way it closes without a question, and the process ends', async () => {
  await answerQuestions(0);
  await closeWindow();
  expect(await app.ended()).toBe(0);
  expect(app.isRunning()).toBe(false);
});

test('with uploads running it asks with a count, and "Keep going" keeps going', async () => {
  await sendEndless('one.bin', 'two.bin', 'three.bin');
  await answerQuestions(0);
  await closeWindow();
  await expect.poll(readQuestions).toEqual([expect.objectContaining({
    message: '3 files are still being sent or received.',
    detail: 'They will continue when you reopen Slipway.',
    buttons: ['Keep going', 'Quit'],
    defaultId: 0,
    cancelId: 0,
  })]);
  expect(app.isRunning()).toBe(true);
  const before = await readRecords(app.window);
  await expect.poll(async () => (await readRecords(app.window)).every((now) => now.received > (before.find(({ id }) => id === now.id)?.received ?? 0))).toBe(true);

  await app.electron.evaluate(({ app: electronApp }) => electronApp.quit());
  await expect.poll(async () => (await readQuestions()).length).toBe(2);
  expect(app.isRunning()).toBe(true);
});

/** What has arrived of resumable uploads, in bytes. */
const keptBytes = async () => (await listStaging(app.uploadFolder)).filter(({ name }) => name.endsWith('.part')).map(({ sizeBytes }) => sizeBytes);

test('"Quit" stops everything within ten seconds, and keeps what has arrived out of sight', async () => {
  await sendEndless('one.bin');
  await answerQuestions(1);
  const startedMs = performance.now();
  await closeWindow();
  expect(await app.ended()).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  expect([...(await listTree(app.uploadFolder)).keys()]).toEqual([]);
  expect(await keptBytes()).toEqual([expect.any(Number)]);
});

test('SIGTERM asks nobody, and ends in good order', async () => {
  await sendEndless('one.bin');
  await answerQuestions(0);
  app.signal('SIGTERM');
  expect(await app.ended()).toBe(0);
  expect(await keptBytes()).toEqual([expect.any(Number)]);
});

test('when the session ends it asks nobody, is gone within five seconds, and goes on at the next start', async () => {
  await sendEndless('one.bin');
  await answerQuestions(0);
  const end = async (how: () => unknown): Promise<number> => {
    const startedMs = performance.now();
    await how();
    expect(await app.ended()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(5000);
    return (await keptBytes())[0] ?? 0;
  };
  const kept = await end(() => app.electron.evaluate(({ powerMonitor }) => void powerMonitor.emit('shutdown')));
  expect(kept).toBeGreaterThan(0);
  await wired.start();
  expect((await waitForUpload(app.window, 'one.bin', 'receiving')).received).toBeGreaterThanOrEqual(kept);
  // What a session manager sends, and a terminal that is closed.
  expect(await end(() => app.signal('SIGHUP'))).toBeGreaterThanOrEqual(kept);
});

test('a second signal ends it at once with status 1, and what has arrived is kept', async () => {
  await sendEndless('one.bin');
  // Two kinds: the system makes one of two that are the same and not heard yet.
  app.signal('SIGTERM');
  app.signal('SIGINT');
  expect(await app.ended()).toBe(1);
  expect(app.log).toContain('"event":"app:stopped-at-once"');
  expect(await keptBytes()).toEqual([expect.any(Number)]);
});

test('SIGTERM ends it also while the question is on the screen', async () => {
  await sendEndless('one.bin');
  await app.electron.evaluate(({ dialog }) => {
    const ask = dialog.showMessageBox.bind(dialog);
    dialog.showMessageBox = (...asked: unknown[]) => {
      Object.assign(globalThis, { isAsked: true });
      return ask(...(asked as Parameters<typeof ask>));
    };
  });
  await closeWindow();
  await expect.poll(() => app.electron.evaluate(() => Reflect.get(globalThis, 'isAsked') as unknown)).toBe(true);
  app.signal('SIGTERM');
  expect(await app.ended()).toBe(0);
  expect(await keptBytes()).toEqual([expect.any(Number)]);
});

test('the computer is kept awake while something moves, and only then', async () => {
  const isAwake = () => app.electron.evaluate(({ powerSaveBlocker }) => [0, 1, 2, 3].some((id) => powerSaveBlocker.isStarted(id)));
  expect(await isAwake()).toBe(false);
  await sendEndless('one.bin');
  await expect.poll(isAwake).toBe(true);
  await app.window.getByRole('button', { name: 'Cancel one.bin' }).click();
  await expect.poll(isAwake).toBe(false);
});

test('J10: a second start brings the first window to the front, whatever stands on its command line, and ends', async () => {
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  const { executablePath, args, env } = await app.launchOptions();
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  await run(executablePath, [...asRoot, ...args, '/etc/passwd', 'slipway://evil', '--upload-folder=/'], { env, timeout: 30_000 });
  await waitUntil('the first window to be shown', () =>
    app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length === 1 && BrowserWindow.getAllWindows()[0]?.isVisible() === true));
  expect(app.isRunning()).toBe(true);
  expect(await app.window.evaluate(() => window.desktop.getSettings())).toEqual({ uploadFolder: app.uploadFolder, ...USUAL_SETTINGS });
  expect(await readRecords(app.window)).toEqual([]);
});

test('H9: a page that crashes comes back, and the uploads have gone on', async () => {
  await sendEndless('one.bin');
  const [before] = await readRecords(app.window);
  // Playwright gives a page up that has crashed, so the main process looks at it.
  const text = await app.electron.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (contents === undefined) return '';
    const back = new Promise<void>((resolve) => contents.once('did-finish-load', () => resolve()));
    contents.forcefullyCrashRenderer();
    await back;
    return (await contents.executeJavaScript(
      'window.desktop.fetch({ id: "after", method: "GET", path: "/api/uploads", headers: {}, body: null }).then((answer) => answer.response.body)',
    )) as string;
  });
  const reply = JSON.parse(text) as { uploads: UploadRecord[] };
  expect(reply.uploads).toMatchObject([{ id: before?.id, state: 'receiving' }]);
  expect(reply.uploads[0]?.received).toBeGreaterThan(before?.received ?? Infinity);
});

test('an error that nobody caught is logged, told and ends the process with status 1', async () => {
  await app.electron.evaluate(({ dialog }) => {
    dialog.showErrorBox = (title) => void process.stderr.write(`told: ${title}\n`);
    setImmediate(() => {
      throw new Error('a test broke it');
    });
  });
  expect(await app.ended()).toBe(1);
  expect(app.log).toContain('"event":"app:crashed"');
  expect(app.log).toContain('told: Slipway has to stop');
  expect(await readFile(path.join(app.userData, 'crash.log'), 'utf8')).toContain('Error: a test broke it');
});
