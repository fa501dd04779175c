import { spawn, type ChildProcess } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { within } from './wait-until.ts';

/** A program started by a test. It is gone, also when stopped by SIGSTOP, when the test ends. */
export interface TestProcess {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ readonly status: number | null; readonly signal: NodeJS.Signals | null }>;
  signal(signal: NodeJS.Signals): void;
  /** kill -9, and waits for it. */
  kill(): Promise<void>;
}

export function startProcess(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): TestProcess {
  const child: ChildProcess = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const heard = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8');
    child[name]?.on('data', (text: string) => (heard[name] += text));
  }
  const ended = new Promise<{ status: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal }));
  });
  ended.catch(() => undefined);
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await within(5000, `${command} to end`, ended);
  };
  onTestFinished(kill);
  return {
    pid: child.pid ?? -1,
    stdout: () => heard.stdout,
    stderr: () => heard.stderr,
    ended,
    signal: (signal) => void child.kill(signal),
    kill,
  };
}
