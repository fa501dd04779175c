import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A sandboxed preload is one CommonJS file: it can require `electron`, and no other file. */
export const preloadConfig = defineConfig({
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    outDir: 'out/electron/preload',
    emptyOutDir: false,
    // The Chromium of the oldest Electron that runs it.
    target: 'chrome130',
    minify: false,
    lib: { entry: 'electron/preload/preload.ts', formats: ['cjs'], fileName: () => 'preload.cjs' },
    rollupOptions: { external: ['electron', ...builtinModules] },
  },
});

// Vite asks for a default export.
export default preloadConfig;
