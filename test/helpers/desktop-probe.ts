import type { Page } from '@playwright/test';
import type { BridgedAnswer, BridgedRequest } from '../../electron/contracts/bridge.ts';
import type { QueueReply } from '../../server/contracts/api.ts';
import type { UploadRecord, UploadState } from '../../server/contracts/upload.ts';
import { waitUntil } from './wait-until.ts';

let requests = 0;

/** Makes a bridged request from the page, as its own code does. */
export async function bridgedFetch(page: Page, request: Partial<BridgedRequest>): Promise<BridgedAnswer> {
  requests += 1;
  const whole: BridgedRequest = { id: `probe-${requests}`, method: 'GET', path: '/api/uploads', headers: {}, body: null, ...request };
  return page.evaluate((asked) => window.desktop.fetch(asked), whole);
}

/** All records of the queue, as the window sees them. */
export async function readRecords(page: Page): Promise<readonly UploadRecord[]> {
  const answer = await bridgedFetch(page, {});
  if (!answer.ok) throw new Error(answer.failure.message);
  // The server's own suites hold it to this shape.
  const reply = JSON.parse(answer.response.body) as QueueReply;
  if (reply.unchanged === true) throw new Error('A queue asked for without a revision came back "unchanged".');
  return reply.uploads;
}

/** Waits until the upload of that name is in one of these states, and answers its record. */
export async function waitForUpload(page: Page, name: string, ...states: readonly UploadState[]): Promise<UploadRecord> {
  let last = 'nothing of that name';
  try {
    return await waitUntil(`${name} to be ${states.join(' or ')}`, async () => {
      const record = (await readRecords(page)).find((each) => each.name === name);
      if (record !== undefined) last = JSON.stringify(record);
      return record !== undefined && states.includes(record.state) ? record : undefined;
    }, 30_000);
  } catch (error) {
    throw new Error(`Last seen: ${last}`, { cause: error });
  }
}

/** Cancels an upload that is on its way, or drops one that has ended from the list. */
export async function deleteUpload(page: Page, id: string): Promise<void> {
  const answer = await bridgedFetch(page, { method: 'DELETE', path: `/api/uploads/${encodeURIComponent(id)}` });
  if (!answer.ok || answer.response.status !== 204) throw new Error(JSON.stringify(answer));
}
