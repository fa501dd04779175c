import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.mjs';
import { runStep, StepFailed } from './run-step.mjs';
import { say } from './say.mjs';

const LEAST_NODE = [20, 19];

/** @throws {StepFailed} when this Node.js is too old */
export function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  throw new StepFailed(`Slipway needs Node.js ${LEAST_NODE.join('.')} or newer, and this is ${version}.`);
}

/**
 * Installs what package-lock.json asks for, unless it is there already.
 * @throws {StepFailed}
 */
export async function ensureInstalled() {
  if (isInstalled()) return;
  say('installing packages (once; this takes a minute)');
  // The build needs the development packages also where NODE_ENV says production.
  await runStep('npm ci', 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** True when all that package-lock.json asks for is there; npm writes down what it installed inside node_modules. */
export function isInstalled() {
  const installedFile = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = packagesOf(join(ROOT, 'package-lock.json'));
  const installed = packagesOf(installedFile);
  return Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    if (path === '' || version === undefined) return true;
    const found = installed[path];
    // Optional packages are those of other systems, most of all.
    return found === undefined ? Boolean(optional ?? devOptional) : found.version === version;
  });
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}
