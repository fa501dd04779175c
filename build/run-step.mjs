import { spawn } from 'node:child_process';
import { ROOT } from './root.mjs';

/** A step of the set-up that ended badly; the message is for people and holds what the step printed. */
export class StepFailed extends Error {}

/**
 * Runs a program in the project's folder and keeps its output to itself, unless it fails.
 * @throws {StepFailed} when it cannot be started or ends with another status than 0
 */
export async function runStep(name, command, args, { env = process.env } = {}) {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' && command === 'npm' });
  const output = [];
  child.stdout.on('data', (bytes) => output.push(bytes));
  child.stderr.on('data', (bytes) => output.push(bytes));
  const ended = await new Promise((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', (code, signal) => done(code === 0 ? null : `status ${code ?? signal}`));
  });
  if (ended !== null) throw new StepFailed(`${name} failed (${ended})\n${Buffer.concat(output).toString().trimEnd()}`);
}
