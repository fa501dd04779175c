import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test as base } from '@playwright/test';
import { STAGING_NAME } from '../helpers/disk.ts';
import { createWiredApp, type WiredApp } from '../helpers/wired-app.ts';
import { endure } from './endure.ts';
import { chosenRuns, titleOf, type SizeName } from './faults.ts';
import { makeSources } from './sources.ts';
import { createWindowSender } from './window-sender.ts';

/** One app for all runs; after a failure Playwright begins again with a new process, and so with a new app. */
const test = base.extend<object, { readonly wired: WiredApp }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright finds out by the pattern what a fixture needs; this one needs nothing
  wired: [async ({}, use) => {
    const wired = await createWiredApp();
    await wired.start();
    await use(wired);
    await wired.stop();
  }, { scope: 'worker' }],
});

/** The runs of the window with files of one size: two files of tests go side by side. */
export function declareWindowRuns(size: SizeName): void {
  for (const run of chosenRuns(0).filter((each) => each.size === size)) {
    test(`window: ${titleOf(run)}`, async ({ wired }, testInfo) => {
      const { app } = wired;
      const sources = await makeSources(app.inTemp('inbox'), `${run.fault}-${run.percent}-${run.size}`, run.size);
      const sender = createWindowSender(wired);
      await endure(sender, run, sources, testInfo);
      // As a person tidies up: the list, and the folder for the next run.
      await sender.clear();
      for (const name of await readdir(app.uploadFolder)) if (name !== STAGING_NAME) await rm(join(app.uploadFolder, name));
    });
  }
}
