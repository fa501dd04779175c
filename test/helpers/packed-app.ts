import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

const EXECUTABLE = { darwin: 'Slipway.app/Contents/MacOS/Slipway', win32: 'Slipway.exe' }[process.platform as string] ?? 'slipway';

/**
 * Executable of the app that `npm run package` made.
 * @throws Error when there is none
 */
export function findPackedApp(): string {
  const folders = existsSync(DIST) ? readdirSync(DIST) : [];
  const found = folders.map((folder) => path.join(DIST, folder, EXECUTABLE)).find((file) => existsSync(file));
  if (found === undefined) throw new Error('There is no packed app: run "npm run package" first.');
  return found;
}
