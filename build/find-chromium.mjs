import { findOnPath } from './find-on-path.mjs';

/** The same engine without a browser around it: the tests of pages take half as long in it. Debian has it as a package. */
export const HEADLESS_SHELL = 'chromium-headless-shell';
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

/** The browser of the system to test in: what SLIPWAY_CHROMIUM names, or else the quickest there is; null where there is none. */
export function findChromium() {
  return process.env.SLIPWAY_CHROMIUM ?? findOnPath(HEADLESS_SHELL) ?? findWholeChromium();
}

/** One that people use, or null. */
export function findWholeChromium() {
  for (const name of BROWSERS) {
    const path = findOnPath(name);
    if (path !== null) return path;
  }
  return null;
}
