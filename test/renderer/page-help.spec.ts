import { expect, test } from './helpers/fixtures.ts';
import { enter } from './helpers/guest-page.ts';

test('the help is there when the line is not, says where else the computer is, and gives the focus back', async ({ page, box }) => {
  await page.route('**/api/server', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), addresses: [box.url, 'http://192.0.2.7:8484'] } });
  });
  const loaded = page.waitForResponse(/\/PageHelp-/u);
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
  expect(await help.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual(['http://192.0.2.7:8484']);
  expect((await help.getByRole('link').boundingBox())?.height).toBeGreaterThanOrEqual(44);
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
