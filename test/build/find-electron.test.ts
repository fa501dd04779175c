import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { findElectron } from '../../build/runtime.mjs';
import { makeTempFolder } from '../helpers/temp-folder.ts';

const BINARY = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform as string] ?? 'electron';

afterEach(() => {
  vi.unstubAllEnvs();
});

async function makeFolder(): Promise<string> {
  const temp = await makeTempFolder();
  onTestFinished(() => temp.remove());
  return temp.path;
}

test('the folder named by ELECTRON_OVERRIDE_DIST_PATH comes before all others', async () => {
  const folder = await makeFolder();
  const binary = join(folder, BINARY);
  await mkdir(dirname(binary), { recursive: true });
  await writeFile(binary, '');
  await chmod(binary, 0o755);
  await writeFile(join(folder, 'version'), 'v45.1.2\n');
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', folder);
  expect(await findElectron()).toEqual({ path: binary, kind: 'override', version: '45.1.2' });
});

test('a folder without an Electron is told, and nothing else is taken in its place', async () => {
  const folder = await makeFolder();
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', folder);
  expect(await findElectron()).toEqual({ path: null, reason: `ELECTRON_OVERRIDE_DIST_PATH names ${folder}, and no Electron is in there` });
});

test('a trial runtime that is only half made is not used', async () => {
  const cache = await makeFolder();
  const half = join(cache, 'making-x', 'runtime');
  await mkdir(half, { recursive: true });
  await writeFile(join(half, 'electron'), '');
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', '');
  vi.stubEnv('SLIPWAY_CACHE', cache);
  const found = await findElectron();
  // Where the electron package has its own binary, that one is found.
  if (found.path === null) expect(found.reason).toContain('is not there');
  else expect(found.kind).toBe('package');
});
