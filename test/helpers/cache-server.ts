import { canConnect } from './can-connect.ts';
import type { TestProcess } from './child-process.ts';
import { findFreePort } from './free-port.ts';
import { waitUntil } from './wait-until.ts';

/** A real Redis or Memcached of one test. */
export interface CacheServer {
  /** For `cacheUrl`. */
  readonly url: string;
  readonly port: number;
  /** SIGSTOP: the socket stays open and nobody answers. */
  hang(): void;
  /** SIGCONT. */
  wake(): void;
  /** kill -9: connections are refused. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
}

/** Starts it on a free port; tries again with another one when somebody was faster. */
export async function startCacheServer(scheme: 'redis' | 'memcached', run: (port: number) => TestProcess): Promise<CacheServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    let child = run(port);
    if (!(await isUp(child, port))) {
      if (attempt < 5) continue;
      throw new Error(`${scheme} did not start: ${child.stderr()}${child.stdout()}`);
    }
    return {
      url: `${scheme}://127.0.0.1:${port}`,
      port,
      hang: () => child.signal('SIGSTOP'),
      wake: () => child.signal('SIGCONT'),
      kill: () => child.kill(),
      restart: async () => {
        await child.kill();
        child = run(port);
        if (!(await isUp(child, port))) throw new Error(`${scheme} did not start again: ${child.stderr()}`);
      },
    };
  }
}

async function isUp(child: TestProcess, port: number): Promise<boolean> {
  let ended = false;
  void child.ended.then(() => (ended = true), () => (ended = true));
  return waitUntil('the cache server to listen', async () => (ended ? 'ended' : (await canConnect(port)) && !ended && 'up')).then((how) => how === 'up');
}
