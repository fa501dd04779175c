import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './root.mjs';

/**
 * Goes on as the headless server, in this same process: so signals, output and the exit status are the server's own, and
 * the process id that it prints is the one to end.
 */
export async function serveHere(args) {
  const cli = join(ROOT, 'out', 'server', 'cli.js');
  process.argv = [process.execPath, cli, ...args];
  await import(pathToFileURL(cli).href);
}
