import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const fromHere = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Puts the peers' pages into a folder, uppy.html and form.html, with what they need. */
export async function makePeerPages(folder) {
  await build({
    configFile: false,
    logLevel: 'error',
    root: fromHere('.'),
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { outDir: folder, emptyOutDir: false, lib: { entry: fromHere('uppy-page.mjs'), formats: ['es'], fileName: () => 'uppy.js' } },
  });
  await copyFile(fromHere('form-page.mjs'), join(folder, 'form.js'));
  for (const name of ['uppy', 'form']) {
    await writeFile(join(folder, `${name}.html`), `<!doctype html><title>${name}</title><body><input type="file" multiple><script type="module" src="/${name}.js"></script>`);
  }
}
