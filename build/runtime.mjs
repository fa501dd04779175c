import { spawn } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT } from './root.mjs';
import { say } from './say.mjs';
import { findTrialRuntime } from './trial-runtime.mjs';

const ELECTRON_PACKAGE = join(ROOT, 'node_modules', 'electron');

const BINARY = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';

/** Environment variables that send the electron package's download elsewhere, so that its usual host says nothing. */
const DOWNLOAD_DETOURS = ['ELECTRON_MIRROR', 'npm_config_electron_mirror', 'HTTPS_PROXY', 'https_proxy', 'GLOBAL_AGENT_HTTPS_PROXY'];

export async function findElectron({ fetchTrial = false } = {}) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return runtimeIn(resolve(override), 'override') ?? { path: null, reason: `ELECTRON_OVERRIDE_DIST_PATH names ${override}, and no Electron is in there` };
  const own = runtimeIn(join(ELECTRON_PACKAGE, 'dist'), 'package');
  // A download that broke off leaves files behind, and an update of the package leaves those of the version before.
  if (own !== null && own.version === packageVersion()) return own;
  return findTrialRuntime({ fetch: fetchTrial });
}

export async function downloadElectron({ timeoutMs = 60_000 } = {}) {
  if (!DOWNLOAD_DETOURS.some((name) => process.env[name])) {
    const known = await settledWithin(lookup('github.com'), 3000);
    if (!known) return 'the host of its downloads is not known here';
  }
  say('fetching Electron (once)');
  const child = spawn(process.execPath, [join(ELECTRON_PACKAGE, 'install.js')], { stdio: 'ignore', timeout: timeoutMs });
  const code = await new Promise((done) => child.on('error', () => done(null)).on('exit', done));
  if (code === 0) return null;
  return code === null ? `its download was not through after ${Math.round(timeoutMs / 1000)} s` : 'its download failed';
}

function runtimeIn(folder, kind) {
  const path = join(folder, BINARY);
  const versionFile = join(folder, 'version');
  if (!existsSync(path) || !existsSync(versionFile)) return null;
  return { path, kind, version: readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') };
}

function packageVersion() {
  const file = join(ELECTRON_PACKAGE, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : null;
}

async function settledWithin(promise, limitMs) {
  const timer = new AbortController();
  const late = new Promise((done) => {
    const handle = setTimeout(done, limitMs, false);
    timer.signal.addEventListener('abort', () => clearTimeout(handle));
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } catch {
    return false; // not known here: that is the answer
  } finally {
    timer.abort();
  }
}
