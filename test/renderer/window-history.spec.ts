import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { announced, buildAnnouncedForm } from '../helpers/multipart.ts';
import { xxh128 } from '../helpers/sample-bytes.ts';
import { startSession } from '../helpers/session.ts';
import { expect, test } from './helpers/fixtures.ts';
import { bridgeCalls, openWindow } from './helpers/window-bridge.ts';

test.use({ face: 'window', viewport: { width: 1000, height: 700 } });

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

function row(page: Page, name: string): Locator {
  return page.getByRole('main', { name: 'History' }).getByRole('listitem').filter({ has: page.getByTitle(name, { exact: true }) });
}

test('the history shows what arrived, from whom and whether it is there; it is searched, shown in its folder and cleared by keyboard, and no file goes', async ({ page, box }) => {
  const phone = await startSession(box.server, IPHONE);
  const beach = announced('beach.jpg', 'sand');
  await phone.send(buildAnnouncedForm([{ ...beach, folder: 'Holiday', digest: await xxh128('sand') }]));
  await box.server.owner.send(buildAnnouncedForm([announced('notes.txt', 'words')]));
  await box.server.owner.send(buildAnnouncedForm([announced('<b>50%_[x]*.txt', 'odd')]));
  await rm(join(box.server.folder, 'notes.txt'));
  await openWindow(page, box);
  await page.getByRole('button', { name: 'Clear finished' }).click();
  await expect(page.getByText('Nothing here yet')).toBeVisible();

  const open = page.getByRole('button', { name: 'History', exact: true });
  await open.click();
  await expect(open).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('heading', { name: 'Today' })).toHaveCount(1);
  await expect(row(page, 'beach.jpg')).toContainText(/Verified.*4 bytes.*iPhone \(Safari\).*Holiday/);
  await expect(row(page, 'notes.txt')).toContainText(/Stored.*This computer.*No longer there/);
  await expect(row(page, 'notes.txt').getByRole('button', { name: /^Show/ })).toHaveCount(0);
  await expect(page.getByText('3 files', { exact: true })).toBeVisible();

  const search = page.getByRole('searchbox', { name: 'Search by name or sender' });
  await expect(search).toBeFocused();
  await page.keyboard.type('50%_[X]*');
  await expect(page.getByText('1 file', { exact: true })).toBeVisible();
  await expect(row(page, '<b>50%_[x]*.txt')).toBeVisible();
  await search.fill('iphone nowhere');
  await expect(page.getByText('Nothing that arrived is called “iphone nowhere”.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(search).toHaveValue('');

  await page.getByRole('group', { name: 'beach.jpg' }).focus();
  await page.keyboard.press('Enter');
  expect(await bridgeCalls(page)).toContain(`showInFolder ${beach.id}`);
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('group', { name: 'notes.txt, no longer there' })).toBeFocused();
  await page.keyboard.press('Delete');
  await expect(row(page, 'notes.txt')).toHaveCount(0);
  await expect(page.getByText('2 files', { exact: true })).toBeVisible();

  // What comes meanwhile is seen.
  await phone.send(buildAnnouncedForm([announced('late.txt', 'late')]));
  await expect(row(page, 'late.txt')).toBeVisible();

  await page.getByRole('button', { name: 'Clear history' }).click();
  const question = page.getByRole('dialog', { name: 'Clear the history?' });
  await expect(question).toContainText('3 entries go from this list. The files themselves stay where they are.');
  await expect(question.getByRole('button', { name: 'Keep it' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);
  await expect(row(page, 'late.txt')).toBeVisible();
  await page.getByRole('button', { name: 'Clear history' }).click();
  await question.getByRole('button', { name: 'Clear history' }).click();
  await expect(page.getByText('Nothing has arrived yet')).toBeVisible();
  const { status } = await phone.request('GET', `/api/uploads/${beach.id}`);
  expect(status).toBe(404);

  await page.evaluate(() => { window.bridgeControls.menu('toggle-history'); });
  await expect(page.getByRole('main', { name: 'History' })).toHaveCount(0);
});

test('of thousands of entries, those further down come when they are wanted', async ({ page, box }) => {
  for (const half of ['a', 'b']) {
    const files = Array.from({ length: 250 }, (_none, index) => announced(`${half}${String(index).padStart(3, '0')}.txt`, ''));
    await box.server.owner.send(buildAnnouncedForm(files));
  }
  await openWindow(page, box);
  const asked: string[] = [];
  page.on('request', (request) => { if (request.url().includes('/api/history')) asked.push(request.url()); });
  await page.getByRole('button', { name: 'History', exact: true }).click();
  await expect(page.getByText('500 files', { exact: true })).toBeVisible();
  expect(asked).toHaveLength(1);
  await page.getByRole('group').first().focus();
  // To the end of what is known, until all is known.
  await expect(async () => {
    await page.keyboard.press('End');
    // All files, and the head of the day.
    await expect(page.getByRole('main', { name: 'History' }).getByRole('listitem').last()).toHaveAttribute('aria-posinset', '501', { timeout: 500 });
  }).toPass();
  expect(asked).toHaveLength(3);
});

test('what an earlier run left unfinished is said once, and can be dismissed', async ({ page, box }) => {
  await openWindow(page, box, '/mnt/uploads', { own: 2, others: 1 });
  await expect(page.getByRole('status').filter({ hasText: 'Recovered 3 interrupted uploads. 2 go on by themselves, 1 from other devices when those come back.' })).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByText('Recovered')).toHaveCount(0);
});
