import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from './root.mjs';

const LIMIT_MS = 420_000;

/**
 * Runs a Node.js script in the project's folder, in silence; what it printed comes out when it fails. After `limitMs` it is
 * ended, with everything that it started.
 */
export async function runBounded(name, command, { env = process.env, limitMs = LIMIT_MS } = {}) {
  // A process group of its own, so that browsers and servers of a run that hangs end with it.
  const grouped = process.platform !== 'win32';
  const child = spawn(process.execPath, command, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: grouped });
  const end = (signal) => {
    try {
      process.kill(grouped ? -child.pid : child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // it ended meanwhile
    }
  };
  const output = [];
  child.stdout.on('data', (bytes) => output.push(bytes));
  child.stderr.on('data', (bytes) => output.push(bytes));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end('SIGKILL');
  }, limitMs);
  const interrupt = (signal) => {
    end(signal);
    process.exit(128 + constants.signals[signal]);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const code = await new Promise((done) => child.on('error', () => done(null)).on('close', done));
  clearTimeout(timer);
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  if (code === 0) return { ok: true };
  const why = late ? `not through after ${limitMs / 1000} s` : `status ${code}`;
  process.stdout.write(`\n--- ${name}: ${why}\n${Buffer.concat(output).toString().trimEnd()}\n---\n`);
  return { ok: false };
}
