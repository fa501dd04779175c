import { chromium } from '@playwright/test';
import { findWholeChromium } from '../../build/find-chromium.mjs';
import { collect, writeSample, writeSmallSamples } from './bench-folder.mjs';
import { watchBrowserCpu } from './browser-cpu.mjs';
import { interleave, timed } from './interleave.mjs';
import { makePeerPages } from './peer-pages.mjs';
import { startOurs, startPeer } from './start-child.mjs';

const SMALL_FILES = 1000;
const SMALL_BYTES = 20_000;
const PATIENCE_MS = 60_000;

const FLAGS = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run'];

/**
 * A real browser sends one large file, and then a thousand small ones, in three ways. Measured is from the command to send
 * until the page says that all has arrived.
 */
export async function measureChromium(box, options) {
  const source = await box.make('pictures');
  const pages = await box.make('pages');
  await makePeerPages(pages);
  const large = { title: 'one large file', paths: [await writeSample(source, 'film.bin', options.sizeBytes)], bytes: options.sizeBytes };
  const small = await makeThousand(box);
  const browser = await launch();
  const cpu = await watchBrowserCpu(browser);
  const servers = [];
  try {
    const ours = await startOurs(await box.make('page-ours'));
    servers.push(ours);
    const tus = await startPeer('tus', await box.make('page-tus'), pages);
    servers.push(tus);
    const multer = await startPeer('multer', await box.make('page-multer'), pages);
    servers.push(multer);

    const way = (name, server, path, send) => (load) => ({
      name,
      pid: server.pid,
      async turn() {
        const context = await browser.newContext({ locale: 'en-US' });
        const page = await context.newPage();
        page.setDefaultTimeout(PATIENCE_MS);
        await page.goto(`${server.url}/${path}`);
        const ms = await cpu.note(`${name}, ${load.title}`, () => send(page, load));
        await context.close();
        await collect(server.folder, name, { files: load.paths.length, bytes: load.bytes });
        return ms;
      },
    });
    const ways = [
      way('Slipway\'s page', ours, '', sendByOurPage),
      way('Uppy + @tus/server', tus, 'uppy.html', sendByPeerPage),
      way('one fetch of a form to multer', multer, 'form.html', sendByPeerPage),
    ];
    const warmUp = { title: 'warm-up', paths: small.paths.slice(0, 20), bytes: 20 * SMALL_BYTES };
    for (const contestant of ways) await contestant(warmUp).turn();
    const measure = async (load) => {
      const rows = await interleave(`chromium, ${load.title}`, ways.map((contestant) => contestant(load)), options);
      return rows.map((row) => ({ ...row, browserCpu: cpu.seconds(`${row.name}, ${load.title}`) }));
    };
    return { browser: browser.version(), large: await measure(large), small: await measure(small) };
  } finally {
    await browser.close();
    for (const server of servers) await server.stop();
  }
}

/** One thousand small files through our page. @returns the files and bytes that must have arrived */
export async function sendThousandByOurPage(box, url) {
  const load = await makeThousand(box);
  const browser = await launch();
  try {
    const page = await browser.newPage({ locale: 'en-US' });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(url);
    await sendByOurPage(page, load);
  } finally {
    await browser.close();
  }
  return { files: load.paths.length, bytes: load.bytes };
}

async function makeThousand(box) {
  return { title: '1,000 × 20 kB', paths: await writeSmallSamples(await box.make('small'), SMALL_FILES, SMALL_BYTES), bytes: SMALL_FILES * SMALL_BYTES };
}

function launch() {
  // A whole one, with all that costs time in the browser that people have.
  const executablePath = process.env.SLIPWAY_CHROMIUM ?? findWholeChromium();
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ ...(executablePath === null ? {} : { executablePath }), args: [...asRoot, ...FLAGS] });
}

async function sendByOurPage(page, { paths }) {
  await page.locator('input[type=file]').first().setInputFiles(paths);
  const send = page.getByRole('button', { name: /^Send \d/ });
  await send.waitFor();
  const button = await send.elementHandle();
  return timed(() => button.evaluate(clickAndAwaitVerdict));
}

/**
 * Inside the page, as with its peers. Told by the document itself: Playwright looks for an element only twice a second when it has
 * waited for some time, which would be half a second in every figure.
 */
function clickAndAwaitVerdict(button) {
  return new Promise((resolve) => {
    const { document, MutationObserver } = globalThis;
    const observer = new MutationObserver(() => {
      if (!/^(?:Your|All) .*arrived, (?:every one )?verified$/u.test(document.querySelector('h1')?.textContent.trim() ?? '')) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    button.click();
  });
}

async function sendByPeerPage(page, { paths }) {
  await page.locator('input[type=file]').setInputFiles(paths);
  await page.locator('body[data-ready]').waitFor();
  return timed(async () => {
    const sent = await page.evaluate(() => globalThis.sendAll());
    if (sent !== paths.length) throw new Error(`${sent} of ${paths.length} files were sent`);
  });
}

/** The targets for these rows. */
export function judgeChromium({ large, small }) {
  const [ourLarge, uppyLarge] = large.map(({ medianMs }) => medianMs);
  const [ourSmall, uppySmall, formSmall] = small.map(({ medianMs }) => medianMs);
  return [
    { road: 'page', what: 'Chromium, one large file: time against Uppy + @tus/server', figure: ourLarge / uppyLarge, most: 0.75, unit: '×' },
    { road: 'page', what: 'Chromium, 1,000 files of 20 kB: time against Uppy + @tus/server', figure: ourSmall / uppySmall, most: 0.2, unit: '×' },
    { road: 'page', what: 'Chromium, 1,000 files of 20 kB: time against one fetch of a form', figure: ourSmall / formSmall, most: 1.5, unit: '×' },
  ];
}
