import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleBytes } from '../helpers/sample-bytes.ts';
import { expect, test } from './helpers/fixtures.ts';
import { enter, expectStored } from './helpers/guest-page.ts';

const LABEL = 'If a name exists already';

test.describe('where guests may choose', () => {
  test.use({ serverOptions: { duplicates: { policy: 'keep-both', guestsChoose: true } } });

  test('what was there already is skipped and counted, by form and by pieces, and the choice is remembered', async ({ page, box, inbox }) => {
    const paths = { 'a.jpg': await inbox.file('a.jpg', 1000), 'b.jpg': await inbox.file('b.jpg', 2000), 'c.jpg': await inbox.file('c.jpg', 9 << 20, sampleBytes(9 << 20)) };
    for (const name of ['a.jpg', 'c.jpg'] as const) await writeFile(join(box.server.folder, name), await readFile(paths[name]));
    const guest = await enter(page, box);
    await guest.pick(...Object.values(paths));
    await expect(page.getByLabel(LABEL)).toHaveValue('keep-both');
    await page.getByLabel(LABEL).selectOption('Skip if it is the same file');
    await guest.send.click();
    await expect(guest.verdict).toHaveText('All 3 photos arrived, 2 were there already');
    await expect(guest.row('a.jpg')).toContainText('Was there already');
    await expect(guest.row('b.jpg')).not.toContainText('Was there already');
    await expectStored(box, paths);

    await page.reload();
    await guest.pick(paths['a.jpg']);
    await expect(page.getByLabel(LABEL)).toHaveValue('skip-same');
    await guest.send.click();
    await expect(guest.verdict).toHaveText('Your photo was there already');
  });

  test('what this device brought before does not travel again', async ({ page, box, inbox }) => {
    const paths = { 'a.jpg': await inbox.file('a.jpg', 1000), 'c.jpg': await inbox.file('c.jpg', 9 << 20, sampleBytes(9 << 20)) };
    const guest = await enter(page, box);
    await guest.pick(...Object.values(paths));
    await guest.send.click();
    await expect(guest.verdict).toContainText('All 2 photos arrived');
    await guest.sendMore.click();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
    const newPath = await inbox.file('new.jpg', 500);
    await guest.pick(...Object.values(paths), newPath);
    await page.getByLabel(LABEL).selectOption('Skip if it is the same file');
    await guest.send.click();
    await expect(guest.verdict).toHaveText('All 3 photos arrived, 2 were there already');
    // One form, of the new one; of the others nothing but what they are called and what they hash to.
    expect(sent.filter((request) => request === 'POST /api/uploads' || request.includes('/api/tus'))).toEqual(['POST /api/uploads']);
    await expectStored(box, { ...paths, 'new.jpg': newPath });
  });

  test('a batch keeps what it began with, and the next one may go by another', async ({ page, box, inbox }) => {
    await writeFile(join(box.server.folder, 'a.txt'), 'old');
    const paths = { 'a.txt': await inbox.file('a.txt', 10) };
    const guest = await enter(page, box);
    await guest.pick(paths['a.txt']);
    await page.getByLabel(LABEL).selectOption('Replace');
    await guest.send.click();
    await expect(guest.row('a.txt')).toContainText('Replaced an older file');
    await expectStored(box, paths);
    await guest.sendMore.click();
    await guest.pick(paths['a.txt']);
    await page.getByLabel(LABEL).selectOption('Keep both');
    await guest.send.click();
    await expect(guest.row('a.txt')).toContainText('Kept as a (1).txt');
    await expectStored(box, { ...paths, 'a (1).txt': paths['a.txt'] });
  });

  test.describe('in German', () => {
    test.use({ locale: 'de-DE' });
    test('the words are there', async ({ page, box, inbox }) => {
      await page.goto(`${box.url}/#K7M4QX`);
      await page.locator('input[type=file]').first().setInputFiles([await inbox.file('a.txt', 10)]);
      await page.getByLabel('Wenn es einen Namen schon gibt').selectOption('Gleiche Datei überspringen');
      await expect(page.getByRole('button', { name: /senden/ })).toBeVisible();
    });
  });
});

test.describe('where the owner has decided', () => {
  test.use({ serverOptions: { duplicates: { policy: 'skip-same', guestsChoose: false } } });

  test('nothing is offered, also not what this device chose elsewhere, and what the owner wants holds', async ({ page, box, inbox }) => {
    await page.addInitScript(() => { localStorage.setItem('slipway-duplicates', 'replace'); });
    const path = await inbox.file('a.txt', 10);
    await writeFile(join(box.server.folder, 'a.txt'), 'old');
    const guest = await enter(page, box);
    await guest.pick(path);
    await expect(guest.send).toBeVisible();
    await expect(page.getByLabel(LABEL)).toHaveCount(0);
    await guest.send.click();
    await expect(guest.row('a.txt')).toContainText('Kept as a (1).txt');
    await expect(guest.verdict).toContainText('arrived');
  });
});
