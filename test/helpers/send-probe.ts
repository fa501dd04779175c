import { readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { Application } from './application.ts';
import { deleteUpload, readRecords, waitForUpload } from './desktop-probe.ts';
import { makeSparseFile } from './sparse-file.ts';

/** Long enough that nobody finishes it while a test looks at it. */
export const ENDLESS_BYTES = 8e9;

/** Keeps every turn busy with files that do not end. */
export async function holdAllTurns(application: Application): Promise<void> {
  const names = [1, 2, 3, 4].map((number) => `endless-${number}.bin`);
  for (const name of names) await makeSparseFile(application.inTemp(name), ENDLESS_BYTES);
  await application.drop(names.map((name) => application.inTemp(name)));
  for (const name of names) await waitForUpload(application.window, name, 'receiving');
}

/** Cancels what is being sent. */
export async function freeAllTurns(application: Application): Promise<void> {
  for (const { id, state } of await readRecords(application.window)) if (state === 'receiving') await deleteUpload(application.window, id);
}

/** Collects where a file's bar stands, whenever it moves. */
export function watchBar(page: Page, name: string): { stop(): Promise<readonly number[]> } {
  const watching = page.evaluate((label) => new Promise<number[]>((resolve) => {
    const seen: number[] = [];
    const look = (): void => {
      const now = document.querySelector(`[role="progressbar"][aria-label="${label}"]`)?.getAttribute('aria-valuenow');
      if (now !== null && now !== undefined && Number(now) !== seen.at(-1)) seen.push(Number(now));
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-valuenow'] });
    addEventListener('stop-watching', () => {
      observer.disconnect();
      resolve(seen);
    }, { once: true });
  }), `Progress of ${name}`);
  return {
    async stop() {
      await page.evaluate(() => dispatchEvent(new Event('stop-watching')));
      return watching;
    },
  };
}

/** How many times the main process holds a file of that name open. */
export async function openFilesOf(application: Application, name: string): Promise<number> {
  const folder = `/proc/${application.electron.process().pid}/fd`;
  const targets = await Promise.all((await readdir(folder)).map((fd) => readlink(path.join(folder, fd)).catch(() => '')));
  return targets.filter((target) => target.endsWith(`/${name}`)).length;
}
