import type { Page } from '@playwright/test';
import { expect } from './fixtures.ts';

/** The page has noted that it is at work on something: a page that is killed from now on is remembered. */
export async function expectNoted(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage).some((key) => key.startsWith('slipway-unfinished')))).toBe(true);
}
