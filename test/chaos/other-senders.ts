import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { basename } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { DefaultHttpStack, Upload } from 'tus-js-client';
import { TEST_CODE } from '../helpers/launch-server.ts';
import type { ChaosServer } from './chaos-server.ts';
import type { ChaosSender } from './endure.ts';
import type { FaultName } from './faults.ts';
import { pauseOften } from './pause-often.ts';

/** What programs that are not ours are put through: they have no watch over a silent connection, and forget with their tab. */
export const UPPY_FAULTS: readonly FaultName[] = ['cut', 'reset', 'slow', 'slice', 'pauses'];
export const TUS_JS_CLIENT_FAULTS: readonly FaultName[] = ['cut', 'reset', 'slow', 'slice', 'kill'];

const PATIENCE_MS = 30_000;
/** Uploads of tus-js-client side by side. */
const PARALLEL = 3;

/** Uppy in a browser; `url` serves the page of makeUppyPage. */
export async function openUppy(page: Page, server: ChaosServer): Promise<ChaosSender> {
  await page.goto(`${server.url}/#${TEST_CODE}`);
  return {
    name: 'Uppy', proxy: server.proxy, uploadFolder: server.uploadFolder, passTime: null,
    send: (paths) => page.locator('input').setInputFiles(paths),
    // The only one of these faults that it suffers by itself.
    suffer: (_fault, { totalBytes }) => pauseOften(server.proxy, totalBytes, { pause: () => page.locator('#pause').click(), resume: () => page.locator('#resume').click() }),
    expectArrived: ({ paths }) => expect(page.locator('output')).toHaveText(`${paths.length} sent, 0 failed`, { timeout: PATIENCE_MS }),
  };
}

/** tus-js-client in this process, as it comes but for connections of its own. */
export function createTusJsClient(server: ChaosServer): ChaosSender {
  let sending: Promise<void> = Promise.resolve();

  async function sendOne(path: string): Promise<void> {
    const content = await readFile(path);
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      new Upload(content, {
        endpoint: `${server.url}/api/tus`,
        headers: { Authorization: `Bearer ${TEST_CODE}` },
        metadata: { filename: basename(path) },
        httpStack: new DefaultHttpStack({ agent }),
        onSuccess: () => resolve(),
        onError: reject,
      }).start();
    }).finally(() => agent.destroy());
  }

  return {
    name: 'tus-js-client', leavesEmpty: true, proxy: server.proxy, uploadFolder: server.uploadFolder, passTime: null,
    async send(paths) {
      const left = [...paths];
      const sendNext = async (): Promise<void> => {
        for (let path = left.shift(); path !== undefined; path = left.shift()) await sendOne(path);
      };
      sending = Promise.all(Array.from({ length: PARALLEL }, sendNext)).then(() => undefined);
      // It is looked at in the end.
      sending.catch(() => undefined);
    },
    // The only one of these faults that it is put through: kill.
    async suffer() {
      await server.kill();
      server.proxy.release();
      await server.startAgain();
    },
    expectArrived: () => sending,
  };
}
