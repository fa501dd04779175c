import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** A sandboxed preload is one CommonJS file: it can require `electron`, and no other file. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  build: {
    outDir: 'out/electron/preload',
    emptyOutDir: false,
    // The Chromium of the oldest Electron that runs it.
    target: 'chrome130',
    minify: false,
    lib: { entry: 'electron/preload/preload.ts', formats: ['cjs'], fileName: () => 'preload.cjs' },
    rolldownOptions: { external: ['electron'] },
  },
});
