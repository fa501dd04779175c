import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startProcess, type TestProcess } from '../helpers/child-process.ts';
import { isObject } from '../helpers/http-answer.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import { waitUntil, within } from '../helpers/wait-until.ts';

const PREFIX = fileURLToPath(new URL('../..', import.meta.url));
/** Whoever changed a source since the last build waits for the next one here. */
const READY_WITHIN_MS = 60_000;

async function serve(...args: readonly string[]): Promise<TestProcess> {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  return startProcess('npm', ['--prefix', PREFIX, 'run', '--silent', 'serve', '--', '--folder', temp.path, '--port', '0', ...args]);
}

test('npm run serve prints one line of JSON and nothing else, and ends with the npm that started it', async () => {
  const npm = await serve('--json');
  await waitUntil('the server to be ready', () => npm.stdout().includes('\n'), READY_WITHIN_MS);
  const ready: unknown = JSON.parse(npm.stdout());
  if (!isObject(ready) || typeof ready['url'] !== 'string') throw new Error(`Not what --json promises: ${npm.stdout()}`);
  expect((await fetch(`${ready['url']}/healthz`)).status).toBe(200);

  npm.signal('SIGTERM');
  // The server holds npm's standard output, so this waits for the server too.
  await within(10_000, 'npm and the server to end', npm.ended);
  await expect(fetch(`${ready['url']}/healthz`)).rejects.toThrow('fetch failed');
}, 90_000);

test('npm run serve hands on the status of a wrong option', async () => {
  const npm = await serve('--bogus');
  expect(await within(READY_WITHIN_MS, 'npm to end', npm.ended)).toMatchObject({ status: 2 });
  expect(npm.stdout()).toBe('');
  expect(npm.stderr().trim().split('\n')).toHaveLength(1);
}, 90_000);

test.each([
  [['--help'], 0, 'npm start -- --lan', ''],
  [['--bogus'], 2, '', 'npm start -- --help'],
])('npm start %j ends with status %i', async (args, status, stdout, stderr) => {
  const start = startProcess(process.execPath, [`${PREFIX}build/start.mjs`, ...args]);
  expect(await within(READY_WITHIN_MS, 'it to end', start.ended)).toMatchObject({ status });
  expect(start.stdout()).toContain(stdout);
  expect(start.stderr()).toContain(stderr);
});
