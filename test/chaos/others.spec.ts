import { test } from '@playwright/test';
import { startChaosServer, type ChaosServer } from './chaos-server.ts';
import { endure, type ChaosSender } from './endure.ts';
import { chosenRuns, titleOf, type ChaosRun } from './faults.ts';
import { createTusJsClient, openUppy, TUS_JS_CLIENT_FAULTS, UPPY_FAULTS } from './other-senders.ts';
import { makeSources } from './sources.ts';
import { makeUppyPage } from './make-uppy-page.ts';
import type { TempFolder } from '../helpers/temp-folder.ts';

let uppyPage: TempFolder;
test.beforeAll(async () => { uppyPage = await makeUppyPage(); });
test.afterAll(() => uppyPage.remove());

async function withServer(run: ChaosRun, use: (server: ChaosServer) => Promise<ChaosSender>): Promise<void> {
  const server = await startChaosServer({ killable: run.fault === 'kill', pageFolder: uppyPage.path });
  try {
    await endure(await use(server), run, await makeSources(server.inboxFolder, `${run.fault}-${run.percent}-${run.size}`, run.size), test.info());
  } finally {
    await server.stop();
  }
}

for (const run of chosenRuns(1)) {
  if (UPPY_FAULTS.includes(run.fault)) test(`Uppy: ${titleOf(run)}`, ({ page }) => withServer(run, (server) => openUppy(page, server)));
  if (TUS_JS_CLIENT_FAULTS.includes(run.fault)) test(`E19: tus-js-client: ${titleOf(run)}`, () => withServer(run, (server) => Promise.resolve(createTusJsClient(server))));
}
