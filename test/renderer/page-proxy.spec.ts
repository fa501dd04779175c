import { expect, test } from './helpers/fixtures.ts';
import { enter, expectStored } from './helpers/guest-page.ts';

const html = (status: number) => ({ status, contentType: 'text/html', body: `<html><center><h1>${status}</h1></center><hr><center>nginx</center></html>` });

test('I10: a proxy that takes no more than so many bytes is told of in words that help, and nothing is tried again', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  await page.route('**/api/uploads?*', (route) => (route.request().method() === 'POST' ? route.fulfill(html(413)) : route.continue()));
  await page.route('**/api/uploads', (route) => (route.request().method() === 'POST' ? route.fulfill(html(413)) : route.continue()));
  await guest.pick(await inbox.file('small.txt', 1000));
  await guest.send.click();
  await expect(guest.row('small.txt')).toContainText('Larger than this computer accepts. Nothing of it was stored.');
  await expectStored(box, {});
});

test.describe('a proxy that finds nobody behind it', () => {
  for (const [what, bytes, pattern] of [['a small file', 1000, '**/api/uploads*'], ['a large file', 9_000_000, '**/api/tus/**']] as const) test(`says so in its own way: ${what} goes on by itself`, async ({ page, box, inbox }) => {
    const guest = await enter(page, box);
    const path = await inbox.file('file.bin', bytes);
    let answers = 0;
    await page.route(pattern, (route) => {
      if (!['POST', 'PATCH'].includes(route.request().method()) || answers === 2) return route.continue();
      answers += 1;
      return route.fulfill(html(answers === 1 ? 502 : 504));
    });
    await guest.pick(path);
    await guest.send.click();
    await expect(guest.verdict).toHaveText('Your file arrived, verified', { timeout: 30_000 });
    expect(answers).toBe(2);
    await expectStored(box, { 'file.bin': path });
  });
});
