import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from './root.mjs';
import { say } from './say.mjs';

const LOCK = join(ROOT, 'out', '.setup.lock');
const LOOK_EVERY_MS = 200;

/** Runs `work` while no other start of this clone installs or builds: several servers may be started at once. */
export async function withSetupLock(work) {
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  let told = false;
  while (!take()) {
    if (!told) say('waiting for another start that is installing or building');
    told = true;
    await delay(LOOK_EVERY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function take() {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!holderLives()) rmSync(LOCK, { force: true });
  return false;
}

function holderLives() {
  let pid;
  try {
    pid = Number(readFileSync(LOCK, 'utf8'));
  } catch {
    return false; // given back just now
  }
  // Empty for the moment between being created and being written.
  if (pid === 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
