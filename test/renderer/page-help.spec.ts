import { expect, test } from './helpers/fixtures.ts';
import { enter } from './helpers/guest-page.ts';

test('the help is there when the line is not, says where it cannot look for the computer, and gives the focus back', async ({ page, box }) => {
  await page.route('**/api/server', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), addresses: [box.url, 'http://slipway.local:8484'] } });
  });
  const loaded = page.waitForResponse(/\/HelpDesk-/u);
  const guest = await enter(page, box);
  // Its head alone is not it: the line is cut next.
  await (await loaded).finished();
  await expect(guest.choose).toBeVisible();
  await page.context().setOffline(true);
  const button = page.getByRole('button', { name: 'Help' });
  await button.focus();
  await page.keyboard.press('Enter');
  const help = page.getByRole('dialog', { name: 'Help' });
  await expect(help.getByRole('heading', { name: 'Can others read along?' })).toBeVisible();
  await expect(help).toContainText('This device has no network.');
  await expect(help.getByRole('listitem')).toHaveText(['http://slipway.local:8484']);
  await expect(help.getByRole('link')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expect(button).toBeFocused();
});

test('a click beside the help closes it', async ({ page, box }) => {
  await enter(page, box);
  await page.getByRole('button', { name: 'Help' }).click();
  const help = page.getByRole('dialog', { name: 'Help' });
  await expect(help).toBeVisible();
  await page.mouse.click(2, 2);
  await expect(help).toBeHidden();
});

test('a help that did not come is fetched when somebody asks for it', async ({ page, box }) => {
  const script = '**/HelpDesk-*';
  const failed = page.waitForEvent('requestfailed', (request) => request.url().includes('/HelpDesk-'));
  await page.route(script, (route) => route.abort());
  await enter(page, box);
  await failed;
  await page.unroute(script);
  await page.getByRole('button', { name: 'Help' }).click();
  await expect(page.getByRole('dialog', { name: 'Help' })).toBeVisible();
});
