import type { BrowserContext, Page } from '@playwright/test';
import { TEST_CODE } from '../helpers/launch-server.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { expect } from '../renderer/helpers/fixtures.ts';
import { guestPage } from '../renderer/helpers/guest-page.ts';
import type { ChaosServer } from './chaos-server.ts';
import type { ChaosSender } from './endure.ts';
import type { SenderFaultName } from './faults.ts';
import { freezePage } from './freeze-page.ts';
import { pauseOften } from './pause-often.ts';
import type { Sources } from './sources.ts';

/** A busy machine takes its time. */
const PATIENCE_MS = 30_000;
/** Longer than the page waits for a silent form (renderer/sender/stall-watch.ts). */
const STALL_MS = 61_000;

/** The page in a browser, opened as a scanned QR code does. @param withClock time passes when it is told to, besides as usual */
export async function openPageSender(page: Page, context: BrowserContext, server: ChaosServer, withClock: boolean): Promise<ChaosSender> {
  const { proxy, url, uploadFolder } = server;
  if (withClock) await page.clock.install();
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(`${url}/#${TEST_CODE}`);
  const guest = guestPage(page);
  await expect(guest.choose).toBeVisible({ timeout: PATIENCE_MS });
  const expectLost = (): Promise<void> => expect(page.getByText(/^Connection lost\./)).toBeVisible({ timeout: PATIENCE_MS });

  const sufferings: Readonly<Record<SenderFaultName, (sources: Sources) => Promise<void>>> = {
    async kill() {
      await server.kill();
      proxy.release();
      await expectLost();
      await server.startAgain();
    },
    async reload({ paths }) {
      await page.reload();
      proxy.release('reset');
      await expect(page.getByRole('button', { name: /^Choose (?:it|them) again$/ })).toBeVisible({ timeout: PATIENCE_MS });
      // All of them: a person does not know which had arrived.
      await guest.pick(...paths);
    },
    async offline() {
      await context.setOffline(true);
      // A browser told that it is offline still ends what it has begun.
      proxy.takeDown();
      proxy.release();
      await expectLost();
      proxy.bringUp();
      await context.setOffline(false);
    },
    async freeze() {
      const frozen = await freezePage(page);
      proxy.release();
      await waitUntil('what is under way to be answered', () => proxy.uploads().at(-1)?.status !== null, PATIENCE_MS);
      await frozen.thaw();
    },
    async 'freeze-cut'() {
      const frozen = await freezePage(page);
      proxy.takeDown();
      proxy.release();
      proxy.bringUp();
      await frozen.thaw();
    },
    pauses: ({ totalBytes }) => pauseOften(proxy, totalBytes, {
      pause: () => page.getByRole('button', { name: /^Pause pauses/ }).click(),
      resume: () => page.getByRole('button', { name: /^Resume pauses/ }).click(),
    }),
  };

  const tries = (): number => proxy.seen().filter(({ method }) => method !== 'GET').length;
  let triesBefore: number | null = null;
  /** Until it tries again: whatever is on its way then must not look silent as well. */
  async function passTime(): Promise<void> {
    triesBefore ??= tries();
    if (tries() === triesBefore) await page.clock.fastForward(STALL_MS);
  }

  return {
    name: 'page', proxy, uploadFolder,
    async send(paths) {
      await guest.pick(...paths);
      await guest.send.click();
    },
    suffer: (fault, sources) => sufferings[fault](sources),
    passTime: withClock ? passTime : null,
    expectArrived: () => expect(guest.verdict).toHaveText(/^(?:Your|All) .*arrived, (?:every one )?verified$/, { timeout: PATIENCE_MS }),
  };
}
