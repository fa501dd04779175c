import { expect, type Locator } from '@playwright/test';
import { isUpload } from '../helpers/follow-requests.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import type { WiredApp } from '../helpers/wired-app.ts';
import type { ChaosSender } from './endure.ts';
import type { SenderFaultName } from './faults.ts';
import { freezePage } from './freeze-page.ts';
import { pauseOften } from './pause-often.ts';
import type { Sources } from './sources.ts';

const PATIENCE_MS = 30_000;
/** So many tries of the window fail before the wire is mended. */
const FAILED_TRIES = 4;

/** The window as a person uses it. */
export function createWindowSender({ app, proxy, start }: WiredApp): ChaosSender & { clear(): Promise<void> } {
  const heads = (): Locator => app.window.locator('.head[data-kind]');
  const sufferings: Readonly<Record<SenderFaultName, (sources: Sources) => Promise<void>>> = {
    async kill() {
      app.signal('SIGKILL');
      await app.ended();
      proxy.release();
      await start();
    },
    async reload() {
      await app.window.reload();
      proxy.release();
    },
    async offline() {
      await app.window.context().setOffline(true);
      const seen = proxy.seen().length;
      proxy.takeDown();
      proxy.release();
      await waitUntil('the window to try again in vain', () =>
        proxy.seen().slice(seen).filter((exchange) => exchange.path.startsWith('/api/tus') || isUpload(exchange) || exchange.path === '/api/batches').length >= FAILED_TRIES, PATIENCE_MS);
      proxy.bringUp();
      await app.window.context().setOffline(false);
    },
    async freeze() {
      const frozen = await freezePage(app.window);
      proxy.release();
      await waitUntil('what is under way to be answered', () => proxy.uploads().at(-1)?.status !== null, PATIENCE_MS);
      await frozen.thaw();
    },
    async 'freeze-cut'() {
      const frozen = await freezePage(app.window);
      proxy.takeDown();
      proxy.release();
      proxy.bringUp();
      await frozen.thaw();
    },
    pauses: ({ totalBytes }) => pauseOften(proxy, totalBytes, {
      pause: () => app.window.getByRole('button', { name: /^Pause pauses/ }).click(),
      resume: () => app.window.getByRole('button', { name: /^Resume pauses/ }).click(),
    }),
  };
  return {
    name: 'window', proxy,
    get uploadFolder() { return app.uploadFolder; },
    send: (paths) => app.drop(paths),
    suffer: (fault, sources) => sufferings[fault](sources),
    passTime: null,
    async expectArrived() {
      await expect(async () => {
        const said = await heads().evaluateAll((all) => all.map((head) => `${head.getAttribute('data-kind')}: ${head.textContent}`));
        expect(said.filter((words) => !/^good: .*verified/.test(words))).toEqual([]);
      }).toPass({ timeout: PATIENCE_MS });
    },
    async clear() {
      await app.window.getByRole('button', { name: 'Clear finished' }).click();
      await expect(heads()).toHaveCount(0);
    },
  };
}
