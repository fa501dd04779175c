// Stands where Electron's own default app stands in the trial runtime: loads the app whose folder is on the command line.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const { folder, modules } = readArguments(process.argv.slice(1));
// Tests hand over a module to load first with `-r`, as with Electron's own default app.
if (modules.length > 0) Module._preloadModules(modules);
if (folder === null) {
  process.stderr.write('Name the folder of an app.\n');
  app.exit(2);
} else {
  await loadApp(resolve(folder));
}

function readArguments(args) {
  const modules = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (arg === '-r' || arg === '--require') modules.push(args[(index += 1)]);
    else if (!arg.startsWith('-')) return { folder: arg, modules };
  }
  return { folder: null, modules };
}

async function loadApp(path) {
  Object.defineProperty(process, 'defaultApp', { enumerable: true, value: true });
  const description = join(path, 'package.json');
  if (existsSync(description)) {
    const { name, productName, version } = JSON.parse(readFileSync(description, 'utf8'));
    if (version) app.setVersion(version);
    if (productName || name) app.setName(productName || name);
    app.setAppPath(path);
    app.setDesktopName(`${app.name}.desktop`);
  }
  if (!app.commandLine.hasSwitch('user-data-dir')) app.setPath('userData', join(app.getPath('appData'), app.name));
  await import(pathToFileURL(createRequire(import.meta.url).resolve(path)).href);
}
