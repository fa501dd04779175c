import { spawn } from 'node:child_process';
import { ROOT } from './root.mjs';

const LIMIT_MS = 420_000;
/** Test runners write down what they have by then, and end their browsers. */
const GRACE_MS = 3000;
/** Whoever outlives the script may hold its output open. */
const CLOSE_WITHIN_MS = 2000;

/**
 * Runs a Node.js script in the project's folder, in silence; what it printed comes out when it fails. After `limitMs`, or when `signal`
 * says so, it is asked to end, and `graceMs` later it is ended, with everything that it started.
 */
export async function runBounded(name, command, { env = process.env, limitMs = LIMIT_MS, graceMs = GRACE_MS, signal } = {}) {
  // A process group of its own, so that browsers and servers of a run that hangs end with it.
  const grouped = process.platform !== 'win32';
  const child = spawn(process.execPath, command, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: grouped });
  const end = (how) => {
    try {
      if (child.pid !== undefined) process.kill(grouped ? -child.pid : child.pid, how);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // it ended meanwhile
    }
  };
  const output = [];
  child.stdout.on('data', (bytes) => output.push(bytes));
  child.stderr.on('data', (bytes) => output.push(bytes));
  let cutShort;
  const timers = [];
  const cut = (why) => {
    cutShort ??= why;
    end('SIGINT');
    timers.push(setTimeout(end, graceMs, 'SIGKILL'));
  };
  const breakOff = () => cut('broken off');
  const endAtOnce = () => end('SIGKILL');
  timers.push(setTimeout(cut, limitMs, `not through after ${limitMs / 1000} s`));
  signal?.addEventListener('abort', breakOff, { once: true });
  process.once('exit', endAtOnce);
  const status = await new Promise((done) => {
    child.on('error', (error) => done(error.message)).on('close', (code, how) => done(code ?? how));
    child.on('exit', (code, how) => timers.push(setTimeout(done, CLOSE_WITHIN_MS, code ?? how)));
  });
  for (const timer of timers) clearTimeout(timer);
  signal?.removeEventListener('abort', breakOff);
  process.off('exit', endAtOnce);
  // What the script itself started and left behind, or what it hung on.
  end('SIGKILL');
  if (status === 0 && cutShort === undefined) return { ok: true };
  process.stdout.write(`\n--- ${name}: ${cutShort ?? `status ${status}`}\n${Buffer.concat(output).toString().trimEnd()}\n---\n`);
  return { ok: false };
}
