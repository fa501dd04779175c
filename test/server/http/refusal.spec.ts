import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { countReceived } from '../../helpers/count-received.ts';
import { launchServer, type TestServer } from '../../helpers/launch-server.ts';
import { makeTempFolder, type TempFolder } from '../../helpers/temp-folder.ts';
import { createTusClient, TUS_PATH } from '../../helpers/tus.ts';
import { watchDisk } from '../../helpers/watch-disk.ts';

const SIZE_BYTES = 64 << 20;

let pages: TempFolder;
let server: TestServer;

test.beforeEach(async () => {
  pages = await makeTempFolder();
  await writeFile(join(pages.path, 'index.html'), '<!doctype html><title>Page</title><input type="file" aria-label="File">');
  await writeFile(join(pages.path, 'long.bin'), Buffer.alloc(SIZE_BYTES, 7));
  server = await launchServer({ code: null, pageFolder: pages.path });
  await createTusClient(server.stranger).create({ size: 2 * SIZE_BYTES, id: 'one', body: Buffer.alloc(3) });
});

test.afterEach(async () => {
  await server.stop();
  await pages.remove();
});

for (const way of ['XHR', 'fetch'] as const) {
  test(`a browser's ${way} sees why a long body is refused, and hands over little of it`, async ({ page }) => {
    await page.goto(server.url);
    await page.getByLabel('File').setInputFiles(join(pages.path, 'long.bin'));
    const received = countReceived();
    const answer = await page.evaluate(
      async ({ path, isXhr }) => {
        const file = document.querySelector('input')?.files?.[0] ?? null;
        const headers = { 'Tus-Resumable': '1.0.0', 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '5' };
        if (!isXhr) {
          const response = await fetch(path, { method: 'PATCH', headers, body: file });
          return [response.status, response.headers.get('Upload-Offset'), await response.text()];
        }
        const xhr = new XMLHttpRequest();
        xhr.open('PATCH', path);
        for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
        await new Promise((resolve) => {
          xhr.addEventListener('loadend', resolve);
          xhr.send(file);
        });
        return [xhr.status, xhr.getResponseHeader('Upload-Offset'), xhr.responseText];
      },
      { path: `${TUS_PATH}/one`, isXhr: way === 'XHR' },
    );
    expect(answer).toEqual([409, '3', expect.stringContaining('UPLOAD_OFFSET_CONFLICT')]);
    expect(await received.total()).toBeLessThan(2 << 20);
  });
}

for (const way of ['XHR', 'fetch'] as const) {
  test(`D1: a browser's ${way} sees that its form is too large, and hands over little of it`, async ({ page }) => {
    const limited = await launchServer({ code: null, pageFolder: pages.path, maxFileBytes: 1_000_000 });
    try {
      const disk = await watchDisk(limited);
      await page.goto(limited.url);
      await page.getByLabel('File').setInputFiles(join(pages.path, 'long.bin'));
      const received = countReceived();
      const answer = await page.evaluate(async (isXhr) => {
        const form = new FormData();
        form.append('file', document.querySelector('input')?.files?.[0] ?? '');
        if (!isXhr) {
          const response = await fetch('/api/uploads', { method: 'POST', body: form });
          return [response.status, await response.text()];
        }
        const xhr = new XMLHttpRequest();
        xhr.open('POST', '/api/uploads');
        await new Promise((resolve) => {
          xhr.addEventListener('loadend', resolve);
          xhr.send(form);
        });
        return [xhr.status, xhr.responseText];
      }, way === 'XHR');
      expect(answer).toEqual([413, expect.stringContaining('"REQUEST_TOO_LARGE"')]);
      expect(await received.total()).toBeLessThan(16 << 20);
      await page.close();
      await disk.expectClean();
    } finally {
      await limited.stop();
    }
  });
}
