import type { Page } from '@playwright/test';
import { expect, type Box } from './fixtures.ts';
import type { GuestPage } from './guest-page.ts';

const MEGA = 1_000_000;
/** Of a film that takes a few seconds over the slow line. */
export const FILM_BYTES = 16 * MEGA;
/** Nobody is through with a film over this line while a test looks at it. */
export const CRAWL_BYTES_PER_S = 200_000;
/** What is said besides. */
export const TALK_BYTES = MEGA / 2;
/** A busy machine takes its time for so many bytes. */
export const PATIENCE_MS = 30_000;

/**
 * Sends slowly until the server has some of it on disk: so little that what lies in the line's buffers is not all of a piece, or the
 * server would wait for the next one. The page notes it up to a second later, and in any case when it goes: a test in which it cannot
 * say goodbye waits for `expectNoted`.
 */
export async function sendSome({ box, guest, page }: { readonly box: Box; readonly guest: GuestPage; readonly page: Page }): Promise<void> {
  box.proxy.speed(4 * MEGA);
  await guest.send.click();
  await expect.poll(async () => (await box.server.owner.records()).some(({ received }) => received > MEGA), { intervals: [50], timeout: PATIENCE_MS }).toBe(true);
  await expect(page.getByText('Sending')).not.toHaveCount(0);
}

/** What has arrived, once no connection is left that still brings bytes. */
export async function settledBytes({ server }: Box): Promise<number> {
  await expect.poll(async () => (await server.owner.records()).every(({ state }) => state !== 'receiving'), { intervals: [50], timeout: PATIENCE_MS }).toBe(true);
  return (await server.owner.records()).reduce((sum, { received }) => sum + received, 0);
}
