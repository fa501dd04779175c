import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchServer } from '../helpers/launch-server.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import { startChaosProxy, type ChaosProxy } from '../helpers/chaos-proxy.ts';
import { createKillableServer } from '../renderer/helpers/killable-server.ts';

const PAGE_FOLDER = fileURLToPath(new URL('../../out/renderer/page', import.meta.url));

/** A server behind a wire that can fail. */
export interface ChaosServer {
  readonly proxy: ChaosProxy;
  /** Base URL through the proxy. */
  readonly url: string;
  readonly uploadFolder: string;
  /** A folder for the test's own files. */
  readonly inboxFolder: string;
  /** kill -9. Only of a killable one. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

interface ChaosServerOptions {
  /** In a process of its own. */
  readonly killable: boolean;
  /** Folder of the page to serve, of a server in this process; by default ours. */
  readonly pageFolder?: string;
  readonly stallTimeoutMs?: number;
}

export async function startChaosServer({ killable, pageFolder = PAGE_FOLDER, stallTimeoutMs }: ChaosServerOptions): Promise<ChaosServer> {
  const temp = await makeTempFolder();
  const proxy = await startChaosProxy();
  const host = `127.0.0.1:${proxy.port}`;
  const folder = join(temp.path, 'uploads');
  const common = { proxy, url: `http://${host}`, uploadFolder: folder, inboxFolder: join(temp.path, 'inbox') };
  if (killable) {
    await mkdir(folder);
    const server = await createKillableServer(folder, [host]);
    await server.start();
    proxy.target(server.port);
    return { ...common, kill: server.kill, startAgain: server.start, stop: () => endAll(proxy.stop, server.kill, temp.remove) };
  }
  const server = await launchServer({ folder, pageFolder, allowedHosts: [host], ...(stallTimeoutMs === undefined ? {} : { stallTimeoutMs }) });
  proxy.target(server.port);
  const cannot = (): Promise<void> => Promise.reject(new Error('This server runs in the process of the test.'));
  return { ...common, kill: cannot, startAgain: cannot, stop: () => endAll(proxy.stop, server.stop, temp.remove) };
}

async function endAll(...ends: readonly (() => Promise<void>)[]): Promise<void> {
  for (const end of ends) await end();
}
