import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { StepFailed, runStep } from './run-step.mjs';
import { say } from './say.mjs';

/** Installs the packages of missing needs on Debian and its descendants, when this is root there; else leaves all as it is. */
export async function installDebianPackages(needs) {
  if (needs.length === 0 || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Index files may be old or absent, so that names are looked up after their update.
  try {
    say('asking for the list of Debian packages');
    await runStep('apt-get update', 'apt-get', ['update', '-qq'], { env });
    const packages = [...new Set(needs.map(({ debian }) => currentName(debian)))];
    say(`installing ${packages.join(' ')}`);
    await runStep('apt-get install', 'apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    say(error.message); // what is still missing is told one by one afterwards
  }
}

/** Some libraries have a `t64` name since Debian 13 and Ubuntu 24.04. */
function currentName(name) {
  const renamed = `${name}t64`;
  return spawnSync('apt-cache', ['show', renamed], { stdio: 'ignore' }).status === 0 ? renamed : name;
}
