import { fileURLToPath } from 'node:url';
import { defineConfig, type PlaywrightTestConfig } from '@playwright/test';
import { findChromium } from './find-chromium.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** One of the system needs no download; where there is none, it is Playwright's own. */
const executablePath = findChromium();

const asRoot = process.getuid?.() === 0;

const chromium: NonNullable<PlaywrightTestConfig['use']> = {
  browserName: 'chromium',
  launchOptions: {
    ...(executablePath === null ? {} : { executablePath }),
    args: [
      ...(asRoot ? ['--no-sandbox'] : []),
      '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', '--no-first-run',
    ],
  },
};

const ci = process.env['CI'] === 'true';

export default defineConfig({
  testDir: `${root}test`,
  outputDir: `${root}test-results`,
  // Two processors are what a small machine has, and pages mostly wait for slow lines; a window in front of another one slows both down.
  workers: 4,
  // Test by test, so that no processor waits while the last file is gone through. Apps in Electron are shared within a file.
  fullyParallel: true,
  forbidOnly: ci,
  retries: 0,
  timeout: 60_000,
  // Only for what never comes; a small machine takes its time with four pages at once.
  expect: { timeout: 15_000 },
  reporter: [['list']],
  // Recording costs a third of the time, so it is for those who look for something.
  use: { trace: process.env['SLIPWAY_TRACE'] === '1' ? 'retain-on-failure' : 'off', screenshot: 'only-on-failure' },
  projects: [
    { name: 'renderer', testMatch: '**/test/renderer/**/*.spec.ts', use: chromium },
    { name: 'browser', testMatch: ['**/test/server/**/*.spec.ts', '**/test/end-to-end/**/*.spec.ts', '**/test/suites/**/*.spec.ts'], use: chromium },
    { name: 'electron', testMatch: '**/test/electron/**/*.spec.ts', testIgnore: '**/packed*.spec.ts', fullyParallel: false, workers: 2, timeout: 120_000 },
    { name: 'chaos', testMatch: '**/test/chaos/**/*.spec.ts', use: chromium, workers: 2, timeout: 240_000 },
    { name: 'packed', testMatch: '**/test/electron/**/packed*.spec.ts', fullyParallel: false, workers: 1, timeout: 120_000 },
  ],
});
