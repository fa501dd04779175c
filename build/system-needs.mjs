import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { HEADLESS_SHELL, findWholeChromium } from './find-chromium.mjs';
import { findOnPath } from './find-on-path.mjs';
import { ROOT } from './root.mjs';

const onLinux = process.platform === 'linux';

/**
 * What the tests need of the system: `what` for people, `debian` the package that brings it, `forStage` the need of a stage that it
 * belongs to (null: single tests, which are left out without it), `found` whether it is there, `otherwise` what does as well, if less so.
 */
export const SYSTEM_NEEDS = [
  program('redis-server', 'redis-server', null),
  program('memcached', 'memcached', null),
  program('nginx', 'nginx', null),
  program('curl', 'curl', null),
  program('strace', 'strace', null),
  program('zbarimg', 'zbar-tools', null),
  program('WebKitWebDriver', 'webkit2gtk-driver', null),
  program('firefox-esr', 'firefox-esr', null),
  {
    what: 'chromium',
    debian: HEADLESS_SHELL,
    forStage: 'chromium',
    found: () => Boolean(process.env.SLIPWAY_CHROMIUM) || findOnPath(HEADLESS_SHELL) !== null,
    otherwise: { debian: 'chromium', found: () => findWholeChromium() !== null || hasOwnChromium() },
  },
  { what: 'a font', debian: 'fonts-dejavu-core', forStage: 'chromium', found: () => !onLinux || existsSync('/usr/share/fonts/truetype') },
  ...(onLinux
    ? [
        program('Xvfb', 'xvfb', 'display'),
        program('xauth', 'xauth', 'display'),
        library('libgtk-3.so.0', 'libgtk-3-0'),
        library('libnss3.so', 'libnss3'),
        library('libasound.so.2', 'libasound2'),
        library('libgbm.so.1', 'libgbm1'),
        library('libnotify.so.4', 'libnotify4'),
        library('libXss.so.1', 'libxss1'),
        library('libXtst.so.6', 'libxtst6'),
        library('libatspi.so.0', 'libatspi2.0-0'),
        library('libdrm.so.2', 'libdrm2'),
        library('libsecret-1.so.0', 'libsecret-1-0'),
        program('xdg-open', 'xdg-utils', 'electron'),
      ]
    : []),
];

export function missingNeeds(needs) {
  const libraries = onLinux ? listLibraries() : '';
  return needs.filter(({ found }) => !found(libraries));
}

function program(name, debian, forStage) {
  return { what: name, debian, forStage, found: () => findOnPath(name) !== null };
}

function library(name, debian) {
  return { what: name, debian, forStage: 'electron', found: (libraries) => libraries.includes(`${name} `) };
}

function listLibraries() {
  return spawnSync(existsSync('/sbin/ldconfig') ? '/sbin/ldconfig' : 'ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '';
}

/** The one that Playwright installed for itself. */
function hasOwnChromium() {
  const script = "process.exit(require('node:fs').existsSync(require('@playwright/test').chromium.executablePath()) ? 0 : 1)";
  return spawnSync(process.execPath, ['-e', script], { cwd: ROOT }).status === 0;
}
