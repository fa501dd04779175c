import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  root,
  cacheDir: 'out/.vitest',
  test: {
    projects: [
      // In one process file after file: loading the server anew for each took a third of the time. The server must stand being
      // started and stopped in one process anyway.
      { extends: true, test: { name: 'server', include: ['test/server/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'others', include: ['test/**/*.test.ts'], exclude: ['test/server/**'] } },
    ],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 3,
    // Tests hold in any order, or something leaks from one to the next.
    sequence: { shuffle: true },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    allowOnly: process.env['CI'] !== 'true',
  },
});
