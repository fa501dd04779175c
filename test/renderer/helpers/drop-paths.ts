import type { Page } from '@playwright/test';

/** Drops real files and folders onto the middle of the page, as a person does from the system's file manager. */
export async function dropPaths(page: Page, paths: readonly string[], between?: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver'] as const) await session.send('Input.dispatchDragEvent', { type, x: 150, y: 200, data });
  await between?.();
  await session.send('Input.dispatchDragEvent', { type: 'drop', x: 150, y: 200, data });
  await session.detach();
}
