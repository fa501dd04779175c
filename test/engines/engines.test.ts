import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { listTree } from '../helpers/disk.ts';
import { TEST_CODE, launchServer, type TestServer, type TestServerOptions } from '../helpers/launch-server.ts';
import { sampleBytes, sha256 } from '../helpers/sample-bytes.ts';
import { makeTempFolder } from '../helpers/temp-folder.ts';
import { isSkipped } from '../helpers/tools.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { openXDisplay, type XDisplay } from '../helpers/x-display.ts';
import { startSlowProxy, type SlowProxy } from '../renderer/helpers/slow-proxy.ts';
import type { Engine } from './engine.ts';
import { startFirefox } from './firefox.ts';
import { createGuest, type Guest } from './guest.ts';
import { startWebKit } from './webkit.ts';

const PAGE = fileURLToPath(new URL('../../out/renderer/page', import.meta.url));
const MEGA = 1_000_000;
const FILM_BYTES = 24 * MEGA;
/** Of a piece that is cut nothing may have arrived; requests of one piece are what Safari gets. */
const PIECE_BYTES = 8 << 20;
/** Polls, announcements and headers of a whole test. */
const TALK_BYTES = MEGA;
const START_WITHIN_MS = 90_000;

/** As people, Apple's systems and pranksters write them, and how they are kept. */
const NAMES: readonly (readonly [string, string])[] = [
  ...Array.from({ length: 24 }, (_none, index): readonly [string, string] => [`${index} 写真 Größe صورة.jpg`, `${index} 写真 Größe صورة.jpg`]),
  ['U\u0308bung \u{1f389}.png', '\u00dcbung \u{1f389}.png'],
  ['photo\u202egpj.exe', 'photogpj.exe'],
  ['<img src=x onerror=alert(1)>.txt', '_img src=x onerror=alert(1)_.txt'],
  ['say "hello" %22.txt', 'say _hello_ %22.txt'],
];

interface Box {
  readonly server: TestServer;
  readonly proxy: SlowProxy;
  readonly url: string;
  /** Makes a file to pick; answers its path. */
  file(name: string, sizeBytes: number): Promise<string>;
}

async function openBox(options: TestServerOptions = {}): Promise<Box> {
  const proxy = await startSlowProxy();
  const host = `127.0.0.1:${proxy.port}`;
  const server = await launchServer({ pageFolder: PAGE, allowedHosts: [host], ...options });
  proxy.target(server.port);
  const temp = await makeTempFolder();
  onTestFinished(async () => {
    await proxy.stop();
    await server.stop();
    await temp.remove();
  });
  return {
    server,
    proxy,
    url: `http://${host}`,
    async file(name, sizeBytes) {
      const path = join(temp.path, name);
      await mkdir(temp.path, { recursive: true });
      await writeFile(path, sampleBytes(sizeBytes, name.length));
      return path;
    },
  };
}

async function expectStored({ server }: Box, paths: readonly string[], keptAs: ReadonlyMap<string, string> = new Map()): Promise<void> {
  const wanted = await Promise.all(paths.map(async (path) => {
    const name = basename(path);
    return [keptAs.get(name) ?? name, sha256(await readFile(path))] as const;
  }));
  expect(new Map(await listTree(server.folder))).toEqual(new Map(wanted));
}

describe.each([
  { name: 'WebKit', tool: 'WebKitWebDriver', start: startWebKit },
  { name: 'Firefox', tool: 'firefox-esr', start: startFirefox },
])('the page in $name', ({ tool, start }) => {
  let display: XDisplay;
  let engine: Engine;
  let guest: Guest;

  describe.skipIf(isSkipped(tool) || isSkipped('Xvfb'))('as guests use it', { timeout: 120_000 }, () => {
    beforeAll(async () => {
      display = await openXDisplay();
      engine = await start(display.name);
      guest = createGuest(engine);
    }, START_WITHIN_MS);

    afterAll(async () => {
      await engine.stop();
      await display.stop();
    });

    async function enter(box: Box): Promise<void> {
      await guest.goTo(`${box.url}/#${TEST_CODE}`);
      await guest.sees(/Choose photos or files/);
    }

    test('over HTTPS, to which a plain address leads, a film, an empty file and many small ones with names of all kinds arrive verified', async () => {
      const box = await openBox({ https: true });
      const small = await Promise.all(NAMES.map(([name], index) => box.file(name, 20_000 + index)));
      const paths = [await box.file('film.mp4', FILM_BYTES), await box.file('empty.txt', 0), ...small];
      await guest.goTo(`http://127.0.0.1:${box.server.port}/#${TEST_CODE}`);
      await guest.sees(/Choose photos or files/);
      expect(await guest.evaluate('return [location.protocol, isSecureContext, "subtle" in crypto, "wakeLock" in navigator].join()')).toBe('https:,true,true,true');
      await guest.pick(paths);
      await guest.press(/^Send 30 files/);
      await guest.sees(/All 30 files arrived, every one verified/);
      await expectStored(box, paths, new Map(NAMES));
    });

    test('a film whose line is cut goes on by itself, also out of sight, and little travels twice', async () => {
      const box = await openBox();
      const path = await box.file('film.mp4', FILM_BYTES);
      await enter(box);
      await guest.pick([path]);
      box.proxy.cutAfter(FILM_BYTES / 2, 'for-good');
      await guest.press(/^Send 1 video/);
      await guest.sees(/Connection lost\. Trying again/);
      onTestFinished(guest.show);
      await guest.hide();
      box.proxy.mend();
      await guest.sees(/Your video arrived, verified/);
      await expectStored(box, [path]);
      expect(box.proxy.carriedBytes()).toBeLessThan(FILM_BYTES + PIECE_BYTES + TALK_BYTES);
    });

    test('paused and resumed it goes on; after a reload it asks for the film, and only the missing bytes travel', async () => {
      const box = await openBox();
      const path = await box.file('film.mp4', FILM_BYTES);
      await enter(box);
      await guest.pick([path]);
      box.proxy.speed(4 * MEGA);
      await guest.press(/^Send 1 video/);
      await waitUntil('more than a piece to arrive', async () => ((await box.server.owner.records())[0]?.received ?? 0) > PIECE_BYTES + MEGA, 60_000);
      await guest.press(/^Pause all/);
      await guest.sees(/1 video paused/);
      await waitUntil('the server to hear of it', async () => (await box.server.owner.records())[0]?.state === 'interrupted');
      const heldBytes = (await box.server.owner.records())[0]?.received ?? 0;
      await guest.press(/^Resume all/);
      await waitUntil('more to arrive', async () => ((await box.server.owner.records())[0]?.received ?? 0) > heldBytes);
      await guest.reload();
      await guest.sees(/1 video did not finish/);
      const before = box.proxy.carriedBytes();
      box.proxy.speed(Number.POSITIVE_INFINITY);
      await guest.pick([path]);
      await guest.sees(/Your video arrived, verified/);
      await expectStored(box, [path]);
      expect(box.proxy.carriedBytes() - before).toBeLessThan(FILM_BYTES - PIECE_BYTES + TALK_BYTES);
    });
  });
});
