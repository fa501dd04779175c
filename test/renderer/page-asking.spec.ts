import type { Locator } from '@playwright/test';
import { expect, test } from './helpers/fixtures.ts';
import { enter, expectStored } from './helpers/guest-page.ts';
import { openWindow } from './helpers/window-bridge.ts';
import type { Question } from '../../server/contracts/devices.ts';
import { endAccess, findDevice, LAPTOP, PHONE } from '../helpers/devices.ts';
import { readJson } from '../helpers/http-answer.ts';
import { announced, buildAnnouncedForm, buildForm, file } from '../helpers/multipart.ts';
import { startSession } from '../helpers/session.ts';

test.use({ serverOptions: { asks: true } });

test('the page waits for the owner, says so, and sends by itself after the yes; a no ends it clearly, and another try asks again', async ({ page, box, inbox }) => {
  const ask = async (): Promise<Question | undefined> => (readJson(await box.server.owner.request('GET', '/api/devices'))['questions'] as readonly Question[])[0];
  const answer = async (given: string): Promise<void> => {
    await expect.poll(ask).toBeDefined();
    const { id } = (await ask()) ?? { id: '' };
    await box.server.owner.request('POST', `/api/questions/${id}`, { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ answer: given }) });
  };
  const guest = await enter(page, box);
  const paths = { 'photo.jpg': await inbox.file('photo.jpg', 300_000), 'film.mp4': await inbox.file('film.mp4', 9_000_000) };
  await guest.pick(...Object.values(paths));
  await guest.send.click();
  await expect(guest.verdict).toHaveText('Waiting for a yes');
  await expect(page.getByText('nothing is sent until then')).toBeVisible();
  // Nothing is wrong with any file.
  await expect(page.getByText('is asked first')).toHaveCount(0);
  await answer('no');
  await expect(page.getByText('said: not now. Nothing was sent.').first()).toBeVisible();
  await expect(guest.verdict).toHaveText('2 files need you');
  await expect(page.getByText('Nothing was stored. Each file below says what to do.')).toBeVisible();
  await expectStored(box, {});
  // The refusal is heard for a few seconds by whatever was still on its way.
  await expect(async () => {
    const retry = page.getByRole('button', { name: /^Retry (2 )?failed/ });
    if (await retry.isVisible()) await retry.click();
    expect(await ask()).toBeDefined();
  }).toPass({ timeout: 20_000, intervals: [1000] });
  await answer('once');
  await expect(guest.verdict).toHaveText('All 2 files arrived, every one verified', { timeout: 20_000 });
  await expectStored(box, paths);
});

test.describe('the window', () => {
  test.use({ face: 'window', viewport: { width: 1000, height: 700 } });

  test.describe('in German', () => {
    test.use({ locale: 'de-DE' });

    test('asks in German also about a device without a name, and about files that nobody told of; a no is told as one', async ({ page, box }) => {
      const device = await startSession(box.server, '???');
      await device.post('/api/uploads', buildForm([file('a.txt', 'a')]), { 'transfer-encoding': 'chunked' });
      await openWindow(page, box);
      await expect(page.getByRole('alertdialog', { name: 'Unbekanntes Gerät möchte Dateien senden', exact: true })).toBeVisible();
      await page.getByRole('button', { name: 'Geräte', exact: true }).click();
      await expect(page.getByRole('main', { name: 'Geräte' }).getByRole('listitem')).toContainText('Unbekanntes Gerät');
      await page.getByRole('button', { name: 'Geräte', exact: true }).click();
      await device.request('POST', '/api/batches', { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ files: [{ id: 'film-number-1', name: 'film.mp4', size: 5 }], batch: 'films' }) });
      await page.getByRole('button', { name: 'Jetzt nicht' }).click();
      await expect(page.getByText('1 Video: Sie sagten „jetzt nicht“', { exact: true })).toBeVisible();
      await expect(page.getByRole('listitem').filter({ has: page.getByTitle('film.mp4') })).toContainText(/Nicht angenommen.*Sie sagten: jetzt nicht\. Nichts davon wurde gesendet\./u);
      await expect(page.getByRole('contentinfo')).toContainText('1 Datei · 0 angekommen · 1 nicht angenommen');
    });
  });

  test('asks for one device after the other, by keyboard too; what the owner declined needs nobody, what failed does', async ({ page, box }) => {
    await openWindow(page, box);
    const announce = async (agent: string, names: readonly string[]): Promise<void> => {
      const device = await startSession(box.server, agent);
      const files = names.map((name) => ({ id: `${agent.length}${name}`, name, size: 1_000_000 }));
      await device.request('POST', '/api/batches', { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ files, batch: agent.slice(0, 12).replaceAll(' ', '') }) });
    };
    await announce(PHONE.agent, ['1.jpg', '2.jpg']);
    await announce(LAPTOP.agent, ['<b>x</b>.zip']);
    await page.evaluate(() => { window.bridgeControls.pushDevices(); });
    const question = page.getByRole('alertdialog', { name: 'iPhone (Safari) wants to send 2 photos (2 MB)' });
    await expect(question).toContainText('1 more device waits.');
    await question.getByRole('button', { name: 'Allow once' }).click();
    const next = page.getByRole('alertdialog', { name: 'Linux PC (Firefox) wants to send 1 file (1 MB)' });
    await expect(next).toBeVisible();
    await expect(next).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('alertdialog')).toHaveCount(0);
    expect((await box.server.owner.records()).map(({ state }) => state)).toEqual(['waiting', 'waiting', 'failed']);

    const verdict = (sender: string, text: string): Locator => page.locator('[data-kind]').filter({ has: page.getByRole('heading', { name: sender }) }).filter({ hasText: text });
    const foot = page.getByRole('contentinfo');
    await expect(verdict('Linux PC (Firefox)', '1 file: you said “not now”')).toHaveAttribute('data-kind', 'calm');
    const refused = page.getByRole('listitem').filter({ has: page.getByTitle('<b>x</b>.zip') });
    await expect(refused).toContainText(/Not accepted.*You said: not now\. Nothing of it was sent\./u);
    await expect(refused.getByRole('group', { name: '<b>x</b>.zip, Not accepted' })).toBeVisible();
    await expect(foot).toContainText('3 files · 2 on the way · 0 arrived · 1 not accepted');
    await endAccess(box.server.owner, await findDevice(box.server.owner, PHONE.name));
    await expect(verdict('iPhone (Safari)', '2 photos: you ended its access')).toHaveAttribute('data-kind', 'calm');
    await box.server.owner.send(buildAnnouncedForm([{ ...announced('short.txt', 'too short'), size: 5000 }]));
    await expect(foot).toContainText('4 files · 0 arrived · 1 needs you · 3 not accepted');
    await page.getByLabel('Needs you').check({ force: true });
    await expect(page.locator('[data-upload]')).toHaveCount(1);
    await expect(page.getByRole('group', { name: 'short.txt, Not sent' })).toBeVisible();
  });
});
