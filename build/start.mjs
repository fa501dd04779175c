import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endWithNpm } from './end-with-npm.mjs';
import { downloadElectron, findElectron } from './runtime.mjs';
import { say } from './say.mjs';
import { serveHere } from './serve-here.mjs';
import { ensureReady } from './setup.mjs';
import { openWindow } from './window.mjs';

const HELP = `Installs and builds what is missing, then opens the window of Slipway.
Where no window can be opened, the server runs by itself on the folder Slipway in your home directory.

  npm start                  open the window
  npm start -- --headless    no window, only the server
  npm start -- --lan         when there is no window: let phones on your network in
  npm start -- --help        this text

For other folders, ports and codes: npm run serve -- --help`;

const options = readOptions();
if (options.help) process.stdout.write(`${HELP}\n`);
else await start();

async function start() {
  await ensureReady();
  endWithNpm();
  const reason = options.headless ? 'no window, as asked' : await tryWindow();
  if (reason === null) return;
  const folder = join(homedir(), 'Slipway');
  say(`${reason}: the server runs by itself, on ${folder}`);
  if (!options.lan) say('only this computer can reach it; to let phones on your network in: npm start -- --lan');
  await serveHere(['--folder', folder, ...(options.lan ? ['--host', '0.0.0.0'] : [])]);
}

/** Answers null when the window was open and is closed again, else why there was none. */
async function tryWindow() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display here';
  const electron = await electronToUse();
  if (electron.path === null) return electron.reason;
  if (electron.kind === 'trial') say(`Electron ${electron.version} from the cache of the tests opens the window: out of date, for trial only`);
  if (options.lan) say('in the window, "Receive from phones" is what --lan is here');
  const end = await openWindow(electron);
  if (!end.opened) return end.reason;
  process.exitCode = end.status;
  return null;
}

async function electronToUse() {
  const found = await findElectron();
  if (found.kind === 'override' || found.kind === 'package') return found;
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) return found;
  const failure = await downloadElectron();
  const again = await findElectron();
  return again.path === null ? { path: null, reason: `there is no Electron: ${failure ?? again.reason}` } : again;
}

function readOptions() {
  try {
    const { values } = parseArgs({ options: { headless: { type: 'boolean' }, lan: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
    return values;
  } catch {
    say('that option is not known; npm start -- --help lists them');
    process.exit(2);
  }
}
