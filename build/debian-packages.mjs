import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { StepFailed, runStep } from './run-step.mjs';
import { say } from './say.mjs';

/** A mirror that says nothing for so long is asked again; another process may be installing something. */
const PATIENCE = ['-o', 'Acquire::Retries=2', '-o', 'Acquire::http::Timeout=15', '-o', 'Acquire::https::Timeout=15', '-o', 'DPkg::Lock::Timeout=60'];
const UPDATE_LIMIT_MS = 90_000;
/** All together; a run of all tests has other things to do as well. */
const LIMIT_MS = 300_000;

const tried = new Set();

/**
 * Installs the packages of missing needs on Debian and its descendants, when this is root there; else leaves all as it is. Each is
 * tried once in the life of this process. Never rejects for a package that cannot be had.
 */
export async function installDebianPackages(needs) {
  const wanted = [...new Set(needs.map(({ debian }) => debian))].filter((name) => !tried.has(name));
  if (wanted.length === 0 || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  for (const name of wanted) tried.add(name);
  const endsAtMs = performance.now() + LIMIT_MS;
  say('asking for the list of Debian packages');
  // Where that fails, an older list may do.
  await aptGet(['update', '-qq'], UPDATE_LIMIT_MS);
  const packages = wanted.map(currentName);
  say(`installing ${packages.join(' ')}`);
  if ((await install(packages, endsAtMs)) || packages.length === 1) return;
  // One that is not to be had keeps apt-get from installing any.
  for (const name of packages) await install([name], endsAtMs);
}

async function install(packages, endsAtMs) {
  const limitMs = Math.round(endsAtMs - performance.now());
  return limitMs > 0 && aptGet(['install', '-y', '-qq', '--no-install-recommends', ...packages], limitMs);
}

/** Answers whether it went well; what is missing afterwards is told one by one. */
async function aptGet(args, limitMs) {
  try {
    await runStep(`apt-get ${args[0]}`, 'apt-get', [...PATIENCE, ...args], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, limitMs });
    return true;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    say(error.message);
    return false;
  }
}

/** Some libraries have a `t64` name since Debian 13 and Ubuntu 24.04. */
function currentName(name) {
  const renamed = `${name}t64`;
  return spawnSync('apt-cache', ['show', renamed], { stdio: 'ignore' }).status === 0 ? renamed : name;
}
