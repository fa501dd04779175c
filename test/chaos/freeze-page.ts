import type { Page } from '@playwright/test';
import { within } from '../helpers/wait-until.ts';

/** A page in which no script runs: no timer, no answer, no event, as when a phone's screen locks. The browser's network goes on. */
export interface FrozenPage {
  thaw(): Promise<void>;
}

/**
 * Resolves when the page stands still. Done with the debugger: `Page.setWebLifecycleState` does nothing to a page that Playwright
 * drives, which counts as visible.
 */
export async function freezePage(page: Page): Promise<FrozenPage> {
  const session = await page.context().newCDPSession(page);
  const paused = new Promise<void>((resolve) => session.once('Debugger.paused', () => resolve()));
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  await within(10_000, 'the page to stand still', paused);
  return {
    async thaw() {
      await session.send('Debugger.resume');
      await session.send('Debugger.disable');
      await session.detach();
    },
  };
}
