import { spawn } from 'node:child_process';
import { ROOT } from './root.mjs';

/** A step of the set-up that ended badly; the message is for people and holds what the step printed. */
export class StepFailed extends Error {}

/** A slow line takes its time; whatever takes longer hangs. */
const LIMIT_MS = 420_000;
/** Whoever outlives the program may hold its output open. */
const CLOSE_WITHIN_MS = 2000;

/**
 * Runs a program in the project's folder and keeps its output to itself, unless it fails.
 * @throws {StepFailed} when it cannot be started, ends with another status than 0, or is not through after `limitMs`
 */
export async function runStep(name, command, args, { env = process.env, limitMs = LIMIT_MS } = {}) {
  const child = spawn(command, args, {
    cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' && command === 'npm', timeout: limitMs, killSignal: 'SIGKILL',
  });
  const output = [];
  child.stdout.on('data', (bytes) => output.push(bytes));
  child.stderr.on('data', (bytes) => output.push(bytes));
  // Whoever gives the whole set-up up does not leave it running.
  const giveUp = () => child.kill();
  process.once('exit', giveUp);
  const ended = await new Promise((done) => {
    const end = (code, signal) => done(code === 0 ? null : `status ${code ?? signal}`);
    child.on('error', (error) => done(error.message)).on('close', end);
    child.on('exit', (code, signal) => setTimeout(end, CLOSE_WITHIN_MS, code, signal).unref());
  });
  process.off('exit', giveUp);
  const late = child.killed ? `, not through after ${limitMs / 1000} s` : '';
  if (ended !== null) throw new StepFailed(`${name} failed (${ended}${late})\n${Buffer.concat(output).toString().trimEnd()}`);
}
