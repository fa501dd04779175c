import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../../helpers/free-port.ts';
import { TEST_CODE } from '../../helpers/launch-server.ts';
import { waitUntil } from '../../helpers/wait-until.ts';

const CLI = fileURLToPath(new URL('../../../out/server/cli.js', import.meta.url));

/** The headless server in a process of its own, always on the same port and folder and with the same code. */
export interface KillableServer {
  readonly port: number;
  start(): Promise<void>;
  /** kill -9, and waits for it. */
  kill(): Promise<void>;
}

/** @param hosts further names it answers under, such as that of a proxy in front */
export async function createKillableServer(folder: string, hosts: readonly string[]): Promise<KillableServer> {
  const port = await findFreePort();
  const names = hosts.flatMap((host) => ['--allow-host', host]);
  let child: ChildProcess | null = null;
  return {
    port,
    async start() {
      const started = spawn(process.execPath, [CLI, '--folder', folder, '--port', String(port), '--code', TEST_CODE, '--json', ...names], { stdio: ['ignore', 'pipe', 'ignore'] });
      child = started;
      let said = '';
      started.stdout.setEncoding('utf8').on('data', (text: string) => { said += text; });
      await waitUntil('the server to be ready', () => said.includes('\n') || (started.exitCode === null ? false : Promise.reject(new Error('It ended at once'))), 45_000);
    },
    async kill() {
      const ending = child;
      child = null;
      if (ending === null || ending.exitCode !== null) return;
      const ended = once(ending, 'exit');
      ending.kill('SIGKILL');
      await ended;
    },
  };
}
