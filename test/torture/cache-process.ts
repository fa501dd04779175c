import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { canConnect } from '../helpers/can-connect.ts';
import { findFreePort } from '../helpers/free-port.ts';
import { findTool } from '../helpers/tools.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const HANGS_FOR_MS = 400;

/** A Redis that can be ill. */
export interface CacheProcess {
  readonly url: string;
  /** SIGSTOP: the socket stays open and nobody answers. */
  hang(): void;
  /** kill -9. */
  kill(): Promise<void>;
  /** Lets it be ill for a little while, then well again, empty or not. */
  heal(): Promise<void>;
}

/** Starts it; it ends with this process at the latest. */
export async function startCache(): Promise<CacheProcess> {
  const port = await findFreePort();
  const run = async (): Promise<ChildProcess> => {
    const child = spawn(findTool('redis-server'), ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], { stdio: 'ignore', detached: true });
    await waitUntil('Redis to listen', () => canConnect(port), 20_000);
    return child;
  };
  let child = await run();
  process.once('exit', () => child.kill('SIGKILL'));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    url: `redis://127.0.0.1:${port}`,
    hang: () => void child.kill('SIGSTOP'),
    async kill() {
      if (!isRunning()) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async heal() {
      await new Promise((resolve) => setTimeout(resolve, HANGS_FOR_MS));
      if (isRunning()) child.kill('SIGCONT');
      else child = await run();
    },
  };
}
