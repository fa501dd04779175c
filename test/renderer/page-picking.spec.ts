import { mkdir } from 'node:fs/promises';
import { listTree } from '../helpers/disk.ts';
import { dropPaths } from './helpers/drop-paths.ts';
import { expect, test } from './helpers/fixtures.ts';
import { enter, expectStored } from './helpers/guest-page.ts';

test('a picked folder keeps its inner paths', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const paths = {
    'Holiday/a.txt': await inbox.file('Holiday/a.txt', 100),
    'Holiday/Day 1/b.txt': await inbox.file('Holiday/Day 1/b.txt', 200),
    'Holiday/Day 1/Evening/ç.txt': await inbox.file('Holiday/Day 1/Evening/ç.txt', 300),
  };
  await guest.pickFolder(`${inbox.folder}/Holiday`);
  await expect(guest.row('b.txt')).toContainText('Holiday/Day 1');
  await guest.send.click();
  await expect(guest.verdict).toHaveText('All 3 files arrived, every one verified');
  await expectStored(box, paths);
});

test('names stand there as people see them: no accent, tone or flag is torn off, and one that only its spelling changes is not "kept as" another', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  // Apple's systems write an accent as a character of its own. The last nine characters stand apart, so that a long name can be cut before them.
  const ends = new Map([
    ['U\u0308bung.txt', 'U\u0308bung.txt'],
    ['\u{1f1e9}\u{1f1ea}1234.txt', '\u{1f1e9}\u{1f1ea}1234.txt'],
    ['x\u{1f44d}\u{1f3fd}1234.txt', '\u{1f44d}\u{1f3fd}1234.txt'],
    ['x\u0928\u093f1234.txt', '\u0928\u093f1234.txt'],
    ['-rf', '-rf'],
  ]);
  await guest.pick(...await Promise.all([...ends.keys()].map((name) => inbox.file(name, 10))));
  await expect(page.locator('.title .end')).toHaveText([...ends.values()]);
  await guest.send.click();
  await expect(guest.verdict).toHaveText('All 5 files arrived, every one verified');
  await expect(guest.row('-rf')).toContainText('Kept as _-rf');
  await expect(page.getByText('Kept as')).toHaveCount(1);
});

test('files and folders dropped anywhere are taken, with more entries than one reading gives', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const inside = await Promise.all(Array.from({ length: 130 }, async (_, index): Promise<[string, string]> => {
    const name = `Album/Part/${String(index).padStart(3, '0')}.txt`;
    return [name, await inbox.file(name, 10 + index)];
  }));
  const loose = await inbox.file('loose.txt', 77);
  await mkdir(`${inbox.folder}/Album/Empty`);
  await dropPaths(page, [`${inbox.folder}/Album`, loose], () => expect(page.getByText('Drop to add')).toBeVisible());
  await expect(page.getByText('Drop to add')).toBeHidden();
  await expect(guest.send).toHaveText(/^Send 131 files/);
  await guest.send.click();
  await expect(guest.verdict).toHaveText('All 131 files arrived, every one verified');
  await expectStored(box, { 'loose.txt': loose, ...Object.fromEntries(inside) });
});

test('a drop while the code is asked for neither opens the file nor is taken', async ({ page, box, inbox }) => {
  await page.goto(box.url);
  await expect(page.getByLabel('Code')).toBeVisible();
  await dropPaths(page, [await inbox.file('early.txt', 5)]);
  expect(page.url()).toBe(`${box.url}/`);
  await expect(page.getByLabel('Code')).toBeVisible();
});

test('a pasted picture is taken', async ({ page, context, box }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: box.url });
  const guest = await enter(page, box);
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(40, 30);
    canvas.getContext('2d')?.fillRect(0, 0, 20, 20);
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': await canvas.convertToBlob() })]);
  });
  await page.keyboard.press('Control+V');
  await expect(guest.send).toHaveText(/^Send 1 photo /);
  await guest.send.click();
  await expect(guest.verdict).toHaveText('Your photo arrived, verified');
});

test('B8, B15: names that want to be markup, or to hide their extension, are text', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/Content.Security.Policy/iu.test(message.text())) refused.push(message.text());
  });
  const markup = '<img src=x onerror=alert(1)>.txt';
  const template = "{{constructor.constructor('alert(2)')()}}.txt";
  await guest.pick(await inbox.file(markup, 10), await inbox.file(template, 10), await inbox.file('photo\u202Egpj.exe', 10));
  await expect(guest.row(markup)).toBeVisible();
  await expect(guest.row(template)).toBeVisible();
  await expect(guest.row('photogpj.exe')).toBeVisible();
  await guest.send.click();
  await expect(guest.verdict).toHaveText('All 3 files arrived, every one verified');
  await expect(guest.row(markup)).toBeVisible();
  expect(await page.locator('img').count()).toBe(0);
  expect([dialogs, refused]).toEqual([[], []]);
  expect((await listTree(box.server.folder)).size).toBe(3);
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 320, height: 640 } });

  test('J11: the true extension stays in sight, however long the name and whatever it pretends', async ({ page, box, inbox }) => {
    const guest = await enter(page, box);
    const names = {
      [`invoice ${'x'.repeat(60)}.pdf.exe`]: '.pdf.exe', [`holiday.jpg${' '.repeat(80)}.scr`]: '.scr', [`photo ${'y'.repeat(60)}\u202Egpj.exe`]: 'gpj.exe', [`report ${'z'.repeat(60)}.pdf.settingcontent-ms`]: '.settingcontent-ms',
      ['no extension at all '.repeat(4)]: 'n at all', 'صورة من العطلة الصيفية.jpg': '.jpg',
    };
    await guest.pick(...(await Promise.all(Object.keys(names).map((name) => inbox.file(name, 10)))));
    const ends = page.getByRole('listitem').locator('.name .end');
    await expect(ends).toHaveCount(6);
    const shown = await ends.evaluateAll((all) => all.map((end) => ({ text: end.textContent, right: end.getBoundingClientRect().right, width: end.getBoundingClientRect().width, scroll: end.scrollWidth })));
    for (const [index, wanted] of Object.values(names).entries()) {
      const end = shown[index];
      expect(end?.text.trimEnd().endsWith(wanted), `${end?.text} ends in ${wanted}`).toBe(true);
      expect(end?.right).toBeLessThanOrEqual(320);
      expect(end?.width).toBeGreaterThan(0);
    }
    // What is read from the right stays whole: two boxes side by side would be read in the wrong order.
    expect(shown.at(-1)?.text).toBe('.jpg');
  });
});

test('a file that was stored under another name says under which', async ({ page, box, inbox }) => {
  const guest = await enter(page, box);
  for (const round of [1, 2]) {
    await guest.pick(await inbox.file(`round ${round}/same.txt`, 10 * round));
    await guest.send.click();
    await expect(guest.verdict).toHaveText('Your file arrived, verified');
    if (round === 1) await guest.sendMore.click();
  }
  await expect(guest.row('same.txt')).toContainText('Kept as same (1).txt');
});

for (const [when, act] of [['picked', false], ['being sent', true]] as const) {
  test(`leaving asks first while something is ${when}, and no longer once all has arrived`, async ({ page, box, inbox }) => {
    const guest = await enter(page, box);
    await guest.pick(await inbox.file('a.bin', 3_000_000));
    box.proxy.speed(act ? 500_000 : Number.POSITIVE_INFINITY);
    if (act) {
      await guest.send.click();
      await expect(guest.row('a.bin').getByRole('progressbar')).toBeVisible();
    }
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();

    box.proxy.speed(Number.POSITIVE_INFINITY);
    if (!act) await guest.send.click();
    await expect(guest.verdict).toHaveText('Your file arrived, verified');
    const closed = page.waitForEvent('close');
    await page.close({ runBeforeUnload: true });
    await closed;
  });
}
