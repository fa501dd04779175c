import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test as base } from '@playwright/test';
import { launchServer, type TestServer, type TestServerOptions } from '../../helpers/launch-server.ts';
import { sampleBytes } from '../../helpers/sample-bytes.ts';
import { makeTempFolder } from '../../helpers/temp-folder.ts';
import { startSlowProxy, type SlowProxy } from './slow-proxy.ts';

const builtRenderer = fileURLToPath(new URL('../../../out/renderer', import.meta.url));

/** A real server behind a proxy that can be slow or broken. */
export interface Box {
  readonly server: TestServer;
  readonly proxy: SlowProxy;
  /** Base URL through the proxy. */
  readonly url: string;
}

/** Makes files on disk that a person could pick. */
export interface Inbox {
  readonly folder: string;
  /** @param name may hold folders @returns absolute path */
  file(name: string, sizeBytes: number, content?: Buffer): Promise<string>;
}

interface Fixtures {
  readonly face: 'page' | 'window';
  readonly serverOptions: TestServerOptions;
  /** Further names under which the box answers. */
  readonly hostNames: readonly string[];
  readonly box: Box;
  readonly inbox: Inbox;
  /** What the browser complained about; every test ends with none. */
  readonly complaints: string[];
}

let seed = 1;

export const test = base.extend<Fixtures>({
  face: ['page', { option: true }],
  serverOptions: [{}, { option: true }],
  hostNames: [[], { option: true }],

  async box({ face, serverOptions, hostNames }, use) {
    const pageFolder = join(builtRenderer, face);
    if (!existsSync(join(pageFolder, 'index.html'))) throw new Error(`Build the ${face} first: npm run build`);
    const proxy = await startSlowProxy();
    const host = `127.0.0.1:${proxy.port}`;
    const server = await launchServer({ pageFolder, allowedHosts: [host, ...hostNames.map((name) => `${name}:${proxy.port}`)], ...serverOptions });
    proxy.target(server.port);
    await use({ server, proxy, url: `http://${host}` });
    await proxy.stop();
    await server.stop();
  },

  // eslint-disable-next-line no-empty-pattern -- Playwright finds out by the pattern what a fixture needs; this one needs nothing
  async inbox({}, use) {
    const temp = await makeTempFolder();
    await use({
      folder: temp.path,
      async file(name, sizeBytes, content = sampleBytes(sizeBytes, (seed += 1))) {
        const path = join(temp.path, name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content);
        return path;
      },
    });
    await temp.remove();
  },

  complaints: [async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|\[Vue/.test(message.text())) complaints.push(message.text());
    });
    await use(complaints);
    expect(complaints).toEqual([]);
  }, { auto: true }],
});

export { expect } from '@playwright/test';
