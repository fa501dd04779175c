import vue from '@vitejs/plugin-vue';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

type Face = 'page' | 'window';

function isFace(mode: string): mode is Face {
  return mode === 'page' || mode === 'window';
}

const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Builds one face of the renderer: `vite build -c build/vite.renderer.ts --mode page` or `--mode window`. */
export const rendererConfig = defineConfig(({ mode }) => {
  if (!isFace(mode)) throw new Error('Say which face to build: --mode page or --mode window');
  return {
    root: fromRoot(`renderer/${mode}`),
    // The server serves the page at its root; the app loads the window from wherever it is installed.
    base: mode === 'page' ? '/' : './',
    cacheDir: fromRoot(`node_modules/.vite-${mode}`),
    plugins: [vue()],
    // A classic script; see renderer/sender/hash/start-hash-worker.ts.
    worker: { format: 'iife' },
    define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
    build: {
      outDir: fromRoot(`out/renderer/${mode}`),
      emptyOutDir: true,
      // The content security policy allows no `data:` scripts, styles or fonts; files it is.
      assetsInlineLimit: 0,
      modulePreload: false,
      // One style sheet: what comes later has its looks already, also where a part of it was lost on the way.
      cssCodeSplit: false,
      sourcemap: false,
      // Phones of the last four years.
      target: mode === 'page' ? ['chrome108', 'safari15.4', 'firefox108'] : ['chrome130'],
    },
  };
});

/** Vite reads a default export; nothing else in Slipway has one. */
export { rendererConfig as default };
