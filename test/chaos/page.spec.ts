import { test } from '../renderer/helpers/fixtures.ts';
import { startChaosServer } from './chaos-server.ts';
import { endure } from './endure.ts';
import { chosenRuns, titleOf } from './faults.ts';
import { openPageSender } from './page-sender.ts';
import { makeSources } from './sources.ts';

/** What the server waits for a byte in runs that are about that; 30 s for people. */
const STALL_TIMEOUT_MS = 2000;

for (const run of chosenRuns(1)) {
  test(`page: ${titleOf(run)}`, async ({ page, context }, testInfo) => {
    const stalls = run.fault === 'stall';
    const server = await startChaosServer({ killable: run.fault === 'kill', ...(stalls ? { stallTimeoutMs: STALL_TIMEOUT_MS } : {}) });
    try {
      const sender = await openPageSender(page, context, server, stalls);
      await endure(sender, run, await makeSources(server.inboxFolder, `${run.fault}-${run.percent}-${run.size}`, run.size), testInfo);
    } finally {
      await server.stop();
    }
  });
}
