import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { listTree } from '../../helpers/disk.ts';
import { TEST_CODE } from '../../helpers/launch-server.ts';
import { sha256 } from '../../helpers/sample-bytes.ts';
import { expect, type Box } from './fixtures.ts';

/** The page as a guest uses it. */
export interface GuestPage {
  readonly choose: Locator;
  readonly send: Locator;
  readonly sendMore: Locator;
  readonly retryFailed: Locator;
  readonly verdict: Locator;
  readonly progress: Locator;
  row(name: string): Locator;
  /** As if these were chosen in the system's dialog. */
  pick(...paths: readonly string[]): Promise<void>;
  pickFolder(path: string): Promise<void>;
}

export function guestPage(page: Page): GuestPage {
  return {
    choose: page.getByRole('button', { name: 'Choose photos or files' }),
    send: page.getByRole('button', { name: /^Send \d/ }),
    sendMore: page.getByRole('button', { name: 'Send more' }),
    retryFailed: page.getByRole('button', { name: /^Retry( \d+)? failed$/ }),
    verdict: page.getByRole('heading', { level: 1 }),
    progress: page.getByRole('progressbar', { name: 'Arrived so far' }),
    row: (name) => page.getByRole('listitem').filter({ has: page.getByTitle(name, { exact: true }) }),
    pick: (...paths) => page.locator('input[type=file]').first().setInputFiles(paths),
    pickFolder: (path) => page.locator('input[webkitdirectory]').setInputFiles(path),
  };
}

/** Opens the page as a scanned QR code does. */
export async function enter(page: Page, { url }: Box): Promise<GuestPage> {
  await page.goto(`${url}/#${TEST_CODE}`);
  const guest = guestPage(page);
  await expect(guest.choose).toBeVisible();
  return guest;
}

/** The upload folder holds exactly these files, byte for byte. @param expected path in the folder → path of the original */
export async function expectStored({ server }: Box, expected: Readonly<Record<string, string>>): Promise<void> {
  const wanted = await Promise.all(Object.entries(expected).map(async ([name, path]) => [name, sha256(await readFile(path))] as const));
  expect(Object.fromEntries(await listTree(server.folder))).toEqual(Object.fromEntries(wanted));
}
