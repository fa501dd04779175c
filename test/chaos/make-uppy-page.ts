import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { makeTempFolder, type TempFolder } from '../helpers/temp-folder.ts';

const MARKUP = `<!doctype html><title>Uppy</title><input type="file" multiple><button id="pause">Pause</button><button id="resume">Resume</button>
<output></output><script type="module" src="/uppy.js"></script>`;

/** A folder with a page that sends with Uppy, for a server to serve in place of ours. */
export async function makeUppyPage(): Promise<TempFolder> {
  const folder = await makeTempFolder();
  await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('.', import.meta.url)),
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { outDir: folder.path, emptyOutDir: false, lib: { entry: fileURLToPath(new URL('uppy-page.mjs', import.meta.url)), formats: ['es'], fileName: () => 'uppy.js' } },
  });
  await writeFile(join(folder.path, 'index.html'), MARKUP);
  return folder;
}
