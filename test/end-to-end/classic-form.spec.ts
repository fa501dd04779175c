import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { launchServer, type TestServer } from '../helpers/launch-server.ts';
import { sampleBytes } from '../helpers/sample-bytes.ts';
import { startSlowProxy, type SlowProxy } from '../helpers/slow-proxy.ts';

const SIZE_BYTES = 4_000_000;

let server: TestServer;
let wire: SlowProxy;

test.beforeEach(async () => {
  wire = await startSlowProxy(() => server.port);
  server = await launchServer({ code: null, pageFolder: fileURLToPath(new URL('.', import.meta.url)), allowedHosts: [`127.0.0.1:${wire.port}`] });
});

test.afterEach(async () => {
  await wire.close();
  await server.stop();
});

test('an old form with a polling script works unchanged', async ({ page }, { outputDir }) => {
  await mkdir(outputDir, { recursive: true });
  const source = join(outputDir, 'photo.jpg');
  const content = sampleBytes(SIZE_BYTES);
  await writeFile(source, content);
  await page.goto(`http://127.0.0.1:${wire.port}/classic-form.html`);
  await page.locator('input[type=file]').setInputFiles(source);
  await page.getByRole('button', { name: 'Upload' }).click();

  const progress = page.getByRole('status');
  for (const percent of [25, 50, 75]) {
    wire.allow(SIZE_BYTES / 4);
    // What the server has, a little less than what was let through; the browser has long handed over more.
    await expect.poll(async () => Number.parseInt((await progress.textContent()) ?? '', 10)).toBeGreaterThanOrEqual(percent - 3);
    expect(Number.parseInt((await progress.textContent()) ?? '', 10)).toBeLessThanOrEqual(percent);
  }
  wire.allow(SIZE_BYTES);
  await expect(progress).toHaveText('Processing file, please wait…');
  wire.release();
  await expect(progress).toHaveText('Upload complete!');
  expect((await readFile(join(server.folder, 'photo.jpg'))).equals(content)).toBe(true);
});
